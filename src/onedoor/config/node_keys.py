"""
Make the node's missing keys and give its public keys to who has to check its signatures.

`python -m onedoor.config.node_keys --publish FILE`, with the settings of the installation in the environment. Beside FILE
it writes `platform-keys.json`, by which outsiders check the audit record (`tools/check_audit.py --keys`).
"""

import argparse
import json
import os
from pathlib import Path

from onedoor.platform.kernel.crypto.keys import create_missing_keys, keyring, keys_directory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publish", type=Path, required=True, help="where the public key goes, in hexadecimal")
    target: Path = parser.parse_args().publish
    create_missing_keys(keys_directory(), suite_name=os.environ.get("ONEDOOR_CRYPTO_SUITE") or "sm")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(keyring().signer("node").public.hex() + "\n", encoding="ascii")
    keys = {key.id: key.public.hex() for key in keyring().keys.values() if key.purpose == "signing-platform"}
    (target.parent / "platform-keys.json").write_text(json.dumps(keys, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
