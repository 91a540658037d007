"""In each shell, with what was installed where it looks: keys are typed, and TAB."""

import pytest

from support.shells import START, Shell

FILES = ["disk.img", "disk.img.partial", "disk.img.partial.json", "list.meta4", "my list.metalink", "notes.txt", "folder/inner.meta4"]


@pytest.fixture(scope="module", params=START)
def shell(request, installed, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    for name in FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    with Shell(request.param, installed, folder, tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.mark.parametrize("keys, words", {
    "--no-ov\t": ["--no-overwrite"],
    "-o not\t": ["-o", "notes.txt"],
    "--output no\t": ["--output", "notes.txt"],
    "--cookie-jar=no\t": ["--cookie-jar=notes.txt"],
    "-M no\t": ["-M", "notes.txt"],
    "--on-change re\t": ["--on-change", "restart"],
    "--on-change=f\t": ["--on-change=fail"],
    "-n au\t": ["-n", "auto"],
    "--refresh-command mktem\t": ["--refresh-command", "mktemp"],
    "li\t": ["list.meta4"],
    "my\t": ["my list.metalink"],
    "fo\tinn\t": ["folder/inner.meta4"],
    "--strict my\t": ["--strict", "my list.metalink"],
    "-- li\t": ["--", "list.meta4"],
    "statu\t": ["status"],
    "status di\t": ["status", "disk.img.partial"],
    "status --js\t": ["status", "--json"],
    "status --checkpoint-d\t": ["status", "--checkpoint-dir"],
    "config --no-ov\t": ["config", "--no-overwrite"],
}.items(), ids=lambda each: each.strip() if isinstance(each, str) else "")
def test_tab_completes(shell, keys, words):
    assert shell.runs("xget " + keys) == words


def test_an_option_and_its_value_are_completed_one_after_the_other(shell):
    assert "=".join(shell.runs("xget --on-ch\tre\t")) == "--on-change=restart"


@pytest.mark.parametrize("keys", ["--retry d\t", "--limit-rate d\t", "-H d\t", "--checksum d\t"])
def test_nothing_is_offered_for_what_is_a_number_or_a_text(shell, keys):
    assert shell.runs("xget " + keys) == keys.split()


def test_only_folders_are_offered_where_a_folder_belongs(shell):
    words = shell.runs("xget --dir \t")
    assert words[0] == "--dir" and words[1].rstrip("/") == "folder"


def test_files_that_are_no_metalinks_are_not_offered_for_a_url(shell):
    assert shell.runs("xget no\t") == ["no"]
    screen = shell.lists("xget ", last="my")
    assert "list.meta4" in screen and "notes.txt" not in screen and "disk.img" not in screen


def test_a_verb_offers_its_own_options_alone(shell):
    screen = shell.lists("xget status --", last="json")
    assert "--checkpoint-dir" in screen and "--no-overwrite" not in screen


def test_options_are_listed_with_their_descriptions(shell):
    screen = shell.lists("xget --no-", last="a success")
    for words in ("--no-overwrite", "leave an existing file as it is and call that",
                  "--no-metalink", "download a Metalink itself", "--no-resume", "begin again"):
        assert words in screen


def test_fixed_words_are_listed(shell):
    screen = shell.lists("xget --preallocate ", last="sparse")
    assert "full" in screen and "none" in screen and "notes.txt" not in screen
