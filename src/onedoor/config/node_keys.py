"""
Make the node's missing keys and give its public key to who has to check its signatures.

`python -m onedoor.config.node_keys --publish FILE`, with the settings of the installation in the environment.
"""

import argparse
from pathlib import Path

from onedoor.platform.kernel.crypto.keys import create_missing_keys, keyring, keys_directory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publish", type=Path, required=True, help="where the public key goes, in hexadecimal")
    target: Path = parser.parse_args().publish
    create_missing_keys(keys_directory())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(keyring().signer("node").public.hex() + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
