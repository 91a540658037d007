"""Profiles are read, and credentials chosen, as botocore does it: thousands of random ones."""

import configparser
import contextlib
import json
import os
import pathlib
import random
import subprocess
import unittest.mock

import pytest

botocore = pytest.importorskip("botocore", reason="python3-botocore is not installed")
import botocore.configloader  # noqa: E402
import botocore.credentials  # noqa: E402
import botocore.exceptions  # noqa: E402
import botocore.session  # noqa: E402

READER = pathlib.Path(os.environ.get("XGET_BIN", "")).resolve().parent / "tests/profile_lines"
pytestmark = pytest.mark.skipif(not READER.exists(),
                                reason="profile_lines is not built beside xget")

SEEDS = range(4)
FILES = 300  # for each seed
TWICE = (configparser.DuplicateOptionError, configparser.DuplicateSectionError)


def read_by_xget(cases):
    usual = {"credentials": "", "config": "", "variables": {}, "profile": ""}
    lines = "".join(json.dumps(usual | case) + "\n" for case in cases)
    done = subprocess.run([READER], input=lines.encode(), stdout=subprocess.PIPE, check=True,
                          timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


# ---- the grammar ----------------------------------------------------------------------------

def odd_line(dice):
    name = dice.choice(["a", "Ab", "s3", "region", "aws_access_key_id"])
    value = dice.choice(["x", "x = y", "x:y # z", "[x]", "é", " ", "\t"])
    indent = dice.choice(["", "", "", " ", "   ", "\t"])
    return indent + dice.choice([
        f"[{dice.choice(['default', 'profile a', 'profile b', 'c]d', 'e'])}]",
        f"{name} = {value}", f"{name}={value}", f"{name} :{value}", f"{name} =",
        f"{name} = {value}", "", "# comment = 1", "; comment", "nothing"])


def odd_file(dice):
    # A line ends in one way or the other, and mostly there is a section before anything else.
    first = ["[first]"] if dice.random() < 0.9 else []
    end = dice.choice(["\n", "\n", "\r\n"])
    return end.join(first + [odd_line(dice) for _ in range(dice.randint(0, 8))])


def without_empty_lines(value):
    """botocore keeps the empty lines of a value that has several."""
    if isinstance(value, dict):
        return {name: without_empty_lines(one) for name, one in value.items()}
    return "\n".join(line for line in value.split("\n") if line)


def sections_by_botocore(path, text):
    path.write_bytes(text.encode())
    return botocore.configloader.raw_config_parse(str(path))


@pytest.mark.parametrize("seed", SEEDS)
def test_files_are_read_as_by_botocore(seed, tmp_path):
    dice = random.Random(seed)
    texts = [odd_file(dice) for _ in range(FILES)]
    for text, ours in zip(texts, read_by_xget({"config": text} for text in texts), strict=True):
        try:
            theirs = without_empty_lines(sections_by_botocore(tmp_path / "config", text))
        except botocore.exceptions.ConfigParseError as error:
            # What stands twice is no error here.
            if not isinstance(error.kwargs["error"], TWICE):
                assert "error" in ours["sections"], (seed, text)
            continue
        assert ours["sections"] == theirs, (seed, text)


# ---- the choice -----------------------------------------------------------------------------

PROFILES = ["default", "dev", "base"]


def keys(dice, name):
    text = f"aws_access_key_id = {name}\n"
    if dice.random() < 0.95:
        text += "aws_secret_access_key = s\n"
    return text


def odd_profile(dice, name, places):
    """Some of what a profile may say, each rarely enough that others have their turn."""
    printed = json.dumps({"Version": 1, "AccessKeyId": "id", "SecretAccessKey": "s"})
    other = dice.choice([*PROFILES, "missing"])
    source = dice.choice(["Environment", "EcsContainer", "Ec2InstanceMetadata", "Elsewhere"])
    sso = "sso_start_url = https://start\nsso_region = eu-west-1\n"
    said = {
        "keys": keys(dice, f"{places}-{name}"),
        "process": f"credential_process = printf %s '{printed}'\n",
        "role": f"role_arn = role-{name}\n",
        "source": f"source_profile = {other}\n",
        "named source": f"credential_source = {source}\n",
        "web identity": f"role_arn = role-{name}\nweb_identity_token_file = /token\n",
        "sso": f"{sso}sso_account_id = 1\nsso_role_name = r\n",
        "some sso": "sso_account_id = 1\n",
        "sso session": "sso_session = work\nsso_account_id = 1\nsso_role_name = r\n",
        "region": "region = eu-west-3\n",
    }
    likely = {"keys": 0.3, "role": 0.4, "source": 0.4, "region": 0.5}
    picked = {what for what in said if dice.random() < likely.get(what, 0.08)}
    if "web identity" in picked:
        picked.discard("role")
    if "sso session" in picked or "some sso" in picked:
        picked -= {"sso"}
    if "sso session" in picked:
        picked -= {"some sso"}
    return "".join(said[what] for what in said if what in picked)


def odd_choice(dice):
    credentials = "".join(f"[{name}]\n{odd_profile(dice, name, 'credentials')}"
                          for name in PROFILES if dice.random() < 0.4)
    config = "".join(
        f"[{'' if name == 'default' else 'profile '}{name}]\n{odd_profile(dice, name, 'config')}"
        for name in PROFILES if dice.random() < 0.7)
    if dice.random() < 0.7:
        config += "[sso-session work]\nsso_start_url = https://start\nsso_region = eu-west-1\n"
    may_be_set = {
        "AWS_ACCESS_KEY_ID": "env", "AWS_SECRET_ACCESS_KEY": "s", "AWS_PROFILE": "dev",
        "AWS_DEFAULT_PROFILE": "base", "AWS_WEB_IDENTITY_TOKEN_FILE": "/env-token",
        "AWS_ROLE_ARN": "env-role", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "eu-west-2"}
    likely = {"AWS_SECRET_ACCESS_KEY": 0.5}
    variables = {name: value for name, value in may_be_set.items()
                 if dice.random() < likely.get(name, 0.15)}
    return {"credentials": credentials, "config": config,
            "variables": variables | {"HOME": "/home"},
            "profile": dice.choice(["", "", "dev", "base"])}


def stand_in(method):
    return unittest.mock.Mock(method=method, access_key="")


@contextlib.contextmanager
def offline():
    """Containers and machines have credentials; which roles would be assumed is written down."""
    assumed = []

    class Fetcher:
        def __init__(self, *, source_credentials, role_arn, **_):
            assumed.append((source_credentials, role_arn))

        def fetch_credentials(self):
            raise AssertionError("nothing is to be fetched")

    def machine(_):
        return None if os.environ.get("AWS_EC2_METADATA_DISABLED") else stand_in("iam-role")

    module = "botocore.credentials."
    with unittest.mock.patch(module + "AssumeRoleCredentialFetcher", Fetcher), \
            unittest.mock.patch(module + "ContainerProvider._retrieve_or_fail",
                                lambda _: stand_in("container-role")), \
            unittest.mock.patch(module + "InstanceMetadataProvider.load", machine):
        yield assumed


ORIGINS = {"env": "known", "shared-credentials-file": "known", "config-file": "known",
           "custom-process": "command", "sso": "sso", "container-role": "container",
           "assume-role-with-web-identity": "web identity", "iam-role": "machine"}


def chosen_by_botocore(case, folder):
    """The plan in xget's words; None: there is none, for whatever reason."""
    (folder / "credentials").write_text(case["credentials"])
    (folder / "config").write_text(case["config"])
    files = {"AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
             "AWS_CONFIG_FILE": str(folder / "config"), "PATH": os.environ["PATH"]}
    with unittest.mock.patch.dict(os.environ, case["variables"] | files, clear=True), \
            offline() as assumed:
        session = botocore.session.Session(profile=case["profile"] or None)
        try:
            found = botocore.credentials.create_credential_resolver(session).load_credentials()
        except (botocore.exceptions.BotoCoreError, KeyError):
            return None
        if found is None:
            return None
        origin = assumed[0][0] if assumed else found
        known = ORIGINS[origin.method] == "known"
        return {"plan": {"origin": ORIGINS[origin.method], "roles": [arn for _, arn in assumed],
                         "id": origin.access_key if known else ""},
                "region": session.get_config_variable("region") or ""}


@pytest.mark.parametrize("seed", SEEDS)
def test_credentials_are_chosen_as_by_botocore(seed, tmp_path):
    dice = random.Random(seed)
    cases = [odd_choice(dice) for _ in range(FILES)]
    origins = set()
    for case, ours in zip(cases, read_by_xget(cases), strict=True):
        theirs = chosen_by_botocore(case, tmp_path)
        if theirs is None:
            assert "error" in ours["plan"], (seed, case, ours)
            continue
        assert ours["plan"] == theirs["plan"], (seed, case)
        assert ours["region"] == theirs["region"], (seed, case)
        origins.add(theirs["plan"]["origin"])
    assert origins == set(ORIGINS.values()), "each has its turn"
