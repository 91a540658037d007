"""check_floors.py refuses each kind of violation, names its line, and lets sound code pass."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).with_name("check_floors.py")

SOUND = {
    "include/xget/session.hpp":
        '#include <memory>\n#include <tl/expected.hpp>\n#include "xget/error.hpp"\n',
    "include/xget/error.hpp": "#include <string>\n",
    "src/base/log.cpp": "#include <spdlog/spdlog.h>\n",
    "src/base/digest.cpp": '#include "base/digest.hpp"\n#include <openssl/evp.h>\n#include <xxhash.h>\n',
    "src/base/digest.hpp": "#include <string>\n",
    "src/core/judge.cpp": '#include "base/digest.hpp"\n#include "xget/error.hpp"\n',
    "src/store/sidecar.cpp": '#include <nlohmann/json.hpp>\n#include "core/sink.hpp"\n',
    "src/core/sink.hpp": '#include "base/digest.hpp"\n',
    "src/net/transport.cpp": '#include <curl/curl.h>\n#include <ares.h>\n#include <sys/socket.h>\n',
    "src/net/close_notify.cpp": "#include <openssl/ssl.h>\n",
    "src/formats/xml_reader.cpp": "#include <expat.h>\n",
    "src/net/system_clock.cpp": "auto a = std::chrono::steady_clock::now();\n",
    "src/net/system_random.cpp": "std::random_device device;\n",
    "src/engine/job.cpp": '#include "store/sidecar.hpp"\n#include "net/url.hpp"\n'
                          "// calls time() and Clock::now() through the port\n"
                          'const char* text = "rand()";\nauto t = clock.now();\n'
                          "auto u = next_time(1); auto v = spec.time(2); auto w = 1'000 * f('x');\n",
    "src/store/sidecar.hpp": "#include <map>\n",
    "src/net/url.hpp": "#include <string>\n",
    "src/cli/read_words.cpp": '#include <CLI/CLI.hpp>\n#include "base/digest.hpp"\n'
                             '#include "xget/session.hpp"\n#include "cli/exit.hpp"\n',
    "src/cli/exit.hpp": "#pragma once\n",
    "completions/fill.cpp": '#include "base/digest.hpp"\n#include "cli/exit.hpp"\n'
                            '#include "completions/blocks.hpp"\n',
    "completions/blocks.hpp": "#include <string>\n",
}

# (file, the line that breaks a rule, a word of the refusal)
PLANTED = [
    ("src/base/units.cpp", '#include "core/sink.hpp"', "upward"),
    ("src/core/plan.cpp", '#include "engine/job.hpp"', "upward"),
    ("src/core/plan.cpp", '#include "cli/exit.hpp"', "upward"),
    ("src/store/x.cpp", '#include "net/url.hpp"', "share a floor"),
    ("src/net/x.cpp", '#include "store/sidecar.hpp"', "share a floor"),
    ("src/formats/x.cpp", '#include "net/url.hpp"', "share a floor"),
    ("src/net/x.cpp", '#include "formats/list.hpp"', "share a floor"),
    ("src/cli/x.cpp", '#include "engine/job.hpp"', "xget/ and base/"),
    ("src/cli/x.cpp", '#include "core/sink.hpp"', "xget/ and base/"),
    ("src/cli/x.cpp", '#include "completions/blocks.hpp"', "xget/ and base/"),
    ("completions/x.cpp", '#include "net/url.hpp"', "xget/ and base/ and cli/"),
    ("completions/x.cpp", '#include "blocks.hpp"', "not named from the top"),
    ("src/core/x.cpp", '#include "../base/digest.hpp"', "not named from the top"),
    ("src/core/x.cpp", '#include "sink.hpp"', "not named from the top"),
    ("src/core/x.cpp", '#include "attic/old.hpp"', "on no floor"),
    ("src/attic/x.cpp", "int x;", "on no floor"),
    ("src/engine/x.cpp", "#include <curl/curl.h>", "only in src/net/"),
    ("src/core/x.cpp", "  #  include <ares.h>", "only in src/net/"),
    ("src/core/x.cpp", "#include <ares_dns.h>", "only in src/net/"),
    ("src/engine/x.cpp", "#include <idn2.h>", "only in src/net/"),
    ("src/engine/x.cpp", "#include <nlohmann/json.hpp>", "only in src/store/sidecar.cpp"),
    ("src/store/sidecar.hpp", "#include <nlohmann/json.hpp>", "only in src/store/sidecar.cpp"),
    ("src/formats/metalink.cpp", "#include <expat.h>", "only in src/formats/xml_reader.cpp"),
    ("src/net/x.cpp", "#include <spdlog/spdlog.h>", "only in src/base/log.cpp"),
    ("src/cli/x.cpp", "#include <CLI/CLI.hpp>", "only in src/cli/read_words.cpp"),
    ("src/store/x.cpp", "#include <openssl/evp.h>", "only in src/base/"),
    ("src/net/x.cpp", "#include <openssl/ssl.h>", "only in src/net/close_notify.cpp"),
    ("src/store/x.cpp", "#include <xxhash.h>", "only in src/base/"),
    ("src/core/x.cpp", "auto t = std::chrono::steady_clock::now();", "reads a clock"),
    ("src/net/loop.cpp", "auto t = Clock::now ();", "reads a clock"),
    ("src/engine/x.cpp", "clock_gettime(CLOCK_MONOTONIC, &t);", "reads a clock"),
    ("src/engine/x.cpp", "gettimeofday(&t, nullptr);", "reads a clock"),
    ("src/engine/x.cpp", "auto t = std::time(nullptr);", "reads a clock"),
    ("src/engine/x.cpp", "if (::time(nullptr) > 0) return;", "reads a clock"),
    ("src/core/x.cpp", "int n = rand();", "rolls dice"),
    ("src/core/x.cpp", "int n = std::rand();", "rolls dice"),
    ("src/core/x.cpp", "std::random_device device;", "rolls dice"),
    ("src/net/system_clock.cpp", "std::mt19937_64 dice;", "rolls dice"),
    ("include/xget/event.hpp", '#include "base/digest.hpp"', "public header"),
    ("include/xget/event.hpp", "#include <sys/stat.h>", "public header"),
    ("include/xget/event.hpp", "#include <unistd.h>", "public header"),
    ("include/xget/event.hpp", "#include <curl/curl.h>", "only in src/net/"),
]


def plant(tree, files):
    for path, text in files.items():
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def run_check(tree):
    return subprocess.run([sys.executable, CHECK, tree], capture_output=True, text=True, check=False)


def test_sound_code_passes(tmp_path):
    plant(tmp_path, SOUND)
    result = run_check(tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("file, line, refusal", PLANTED)
def test_a_planted_violation_is_refused_by_file_and_line(tmp_path, file, line, refusal):
    plant(tmp_path, SOUND)
    plant(tmp_path, {file: f"// first\n/* second\n   third */\n{line}\n"})
    result = run_check(tmp_path)
    number = 1 if refusal == "on no floor" and "attic/x" in file else 4
    assert result.returncode == 1
    hits = [hit for hit in result.stdout.splitlines() if hit.startswith(f"{file}:{number}: ")]
    assert hits and refusal in hits[0], result.stdout


def test_files_that_include_each_other_are_refused(tmp_path):
    plant(tmp_path, SOUND)
    plant(tmp_path, {
        "src/core/a.hpp": '#include "core/b.hpp"\n',
        "src/core/b.hpp": '#include "core/c.hpp"\n',
        "src/core/c.hpp": '#include "core/a.hpp"\n',
    })
    result = run_check(tmp_path)
    assert result.returncode == 1
    assert "src/core/a.hpp → src/core/b.hpp → src/core/c.hpp → src/core/a.hpp" in result.stdout


def test_an_empty_tree_is_no_success(tmp_path):
    assert run_check(tmp_path).returncode == 1
