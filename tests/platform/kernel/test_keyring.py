"""The node's keys: made once, rotated without losing old values, never shown."""

import os
from multiprocessing import get_context

import pytest

from onedoor.platform.kernel import crypto

CONTEXT = "identity.person.phone"


@pytest.fixture
def keys_directory(tmp_path, settings):
    settings.ONEDOOR_KEYS_DIR = tmp_path / "keys"
    crypto.create_missing_keys(tmp_path / "keys")
    return tmp_path / "keys"


def test_keys_are_made_once_and_for_the_owner_only(keys_directory):
    files = {path.name for path in keys_directory.iterdir()}
    assert files == {
        "data-1.json",
        "digest-1.json",
        "index-1.json",
        "signing-platform-1.json",
        "signing-issuer-1.json",
        "signing-node-1.json",
        "signing-credential-1.json",
        "signing-nodeintl-1.json",
        "document-signer.json",
        "push-signer.json",
    }
    assert crypto.create_missing_keys(keys_directory) == []
    assert {path.name for path in keys_directory.iterdir()} == files
    assert crypto.exposed_key_files(keys_directory) == []
    if os.name != "nt":
        (keys_directory / "data-1.json").chmod(0o644)
        assert [path.name for path in crypto.exposed_key_files(keys_directory)] == ["data-1.json"]


def test_processes_that_start_together_agree_on_the_keys(tmp_path):
    with get_context("spawn").Pool(3) as pool:
        made = pool.map(crypto.create_missing_keys, [tmp_path / "keys"] * 3)
    assert len([key_id for ids in made for key_id in ids]) == 8
    assert len(list((tmp_path / "keys").iterdir())) == 10


def test_text_is_unreadable_and_comes_back(keys_directory):
    stored = crypto.encrypt_text("13800001234", context=CONTEXT)
    version, algorithm, key_id, _ = stored.split(".")
    assert (version, algorithm, key_id) == ("v1", "sm4-gcm", crypto.keyring().current("data").id)
    assert "13800001234" not in stored
    assert stored != crypto.encrypt_text("13800001234", context=CONTEXT)
    assert crypto.decrypt_text(stored, context=CONTEXT) == "13800001234"


def test_a_changed_or_moved_value_is_refused(keys_directory):
    stored = crypto.encrypt_text("13800001234", context=CONTEXT)
    head, value = stored.rsplit(".", 1)
    swapped = value[:20] + ("A" if value[20] != "A" else "B") + value[21:]
    for changed, context in (
        (f"{head}.{swapped}", CONTEXT),
        (stored, "identity.person.id_number"),
        (stored.replace("sm4-gcm", "aes256-gcm"), CONTEXT),
        (head, CONTEXT),
        ("13800001234", CONTEXT),
    ):
        with pytest.raises(crypto.TamperedValue) as refusal:
            crypto.decrypt_text(changed, context=context)
        assert "13800001234" not in str(refusal.value)


def test_after_rotation_old_values_still_read_and_ask_for_a_new_key(keys_directory):
    old = crypto.encrypt_text("13800001234", context=CONTEXT)
    assert not crypto.needs_rotation(old)
    newer = crypto.add_key(keys_directory, "data")
    assert crypto.keyring().current("data") == newer
    assert crypto.decrypt_text(old, context=CONTEXT) == "13800001234"
    assert crypto.needs_rotation(old)
    assert not crypto.needs_rotation(crypto.encrypt_text("13800001234", context=CONTEXT))


def test_a_node_may_move_from_one_suite_to_the_other(keys_directory):
    old, signature = (crypto.encrypt_text("甲", context=CONTEXT), crypto.sign(b"data", signer="issuer"))
    crypto.add_key(keys_directory, "data", suite_name="intl")
    crypto.add_key(keys_directory, "signing-issuer", suite_name="intl")
    assert crypto.encrypt_text("甲", context=CONTEXT).split(".")[1] == "aes256-gcm"
    assert crypto.decrypt_text(old, context=CONTEXT) == "甲"
    assert crypto.sign(b"data", signer="issuer").algorithm == "ed25519"
    assert crypto.verify(b"data", signature)


def test_a_key_added_by_another_process_is_noticed_and_current_at_once(keys_directory):
    before = crypto.keyring()
    with get_context("spawn").Pool(1) as pool:
        newer = pool.apply(crypto.add_key, (keys_directory, "data"))
    assert newer.id not in before.keys
    assert crypto.encrypt_text("甲", context=CONTEXT).split(".")[2] == newer.id
    assert crypto.find_key(newer.id, purpose="data") == newer


def test_the_directory_is_not_read_for_every_value(keys_directory):
    os.utime(keys_directory, (1, 1))
    assert crypto.keyring() is crypto.keyring()


def test_a_retired_key_is_kept_aside_and_its_generation_is_not_used_again(keys_directory):
    first = crypto.keyring().current("data")
    old = crypto.encrypt_text("甲", context=CONTEXT)
    with pytest.raises(ValueError):
        crypto.retire_key(keys_directory, first.id)
    second = crypto.add_key(keys_directory, "data")
    aside = crypto.retire_key(keys_directory, first.id)
    assert aside.exists()
    with pytest.raises(crypto.UnknownKey):
        crypto.decrypt_text(old, context=CONTEXT)
    with pytest.raises(ValueError):
        crypto.retire_key(keys_directory, second.id)
    assert crypto.add_key(keys_directory, "data").generation == 3


def test_signatures_name_their_key_and_survive_as_text(keys_directory):
    signature = crypto.Signature.parse(crypto.sign(b"data", signer="issuer").as_text())
    assert signature.algorithm == "sm2-sm3"
    assert signature.key_id == crypto.keyring().signer("issuer").id
    own, foreign = crypto.public_key(signature.key_id), crypto.keyring().signer("node").public
    assert crypto.verify(b"data", signature)
    assert crypto.verify(b"data", signature, public_key=own)
    assert not crypto.verify(b"date", signature)
    assert not crypto.verify(b"data", signature, public_key=foreign)
    assert not crypto.verify(b"data", signature, public_key=own[1:])
    for algorithm, value in (
        ("ed25519", signature.value),
        ("rot13", signature.value),
        ("sm2-sm3", "a"),
        ("sm2-sm3", ""),
    ):
        assert not crypto.verify(b"data", crypto.Signature(algorithm, signature.key_id, value))
    with pytest.raises(crypto.UnknownKey):
        crypto.verify(b"data", crypto.Signature("sm2-sm3", "issuer1-000000000000", signature.value))


def test_a_key_serves_its_purpose_only(keys_directory):
    data_key = crypto.keyring().current("data")
    with pytest.raises(crypto.UnknownKey):
        crypto.find_key(data_key.id, purpose="signing")
    with pytest.raises(crypto.UnknownKey):
        crypto.find_key("d1-000000", purpose="data")
    assert crypto.add_key(keys_directory, "index").generation == 2
    with pytest.raises(ValueError):  # one change at a time
        crypto.add_key(keys_directory, "index")


def test_an_empty_directory_says_which_key_is_missing(tmp_path, settings):
    settings.ONEDOOR_KEYS_DIR = tmp_path / "nothing"
    with pytest.raises(crypto.MissingKeys, match="data"):
        crypto.encrypt_text("甲", context=CONTEXT)


def test_the_blind_index_finds_equals_within_one_purpose(keys_directory):
    index = crypto.blind_index("110101199003070011", purpose="person.id_number")
    assert len(index) == 64
    assert index == crypto.blind_index("110101199003070011", purpose="person.id_number")
    assert index != crypto.blind_index("110101199003070011", purpose="applicant.id_number")
    assert index != crypto.blind_index("110101199003070012", purpose="person.id_number")
    assert crypto.blind_index("", purpose="person.id_number") == ""


def test_secrets_never_show(keys_directory):
    key = crypto.keyring().signer("issuer")
    for shown in (repr(key), repr(crypto.keyring())):
        assert key.secret.hex() not in shown
        assert repr(key.secret) not in shown
