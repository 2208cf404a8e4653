"""Pages in other languages: how words are found in a template, and marked where they stay Chinese. Their tables lie beside."""
