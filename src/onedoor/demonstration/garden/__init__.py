"""
An invented garden of the county, to try what no real service here has yet: a fee, a signature of several, a bundle, an
offer nobody asked for, a grant that was paid. The stories are the YAML files; nothing real costs or gives anything here.
"""
