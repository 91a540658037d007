# Homebrew on Linux (xget is for Linux alone): a template, not tried. The address and the digest are
# yours to fill in; tl-expected comes as a resource where there is no formula of it.
class Xget < Formula
  desc "Download manager for files that must be whole and right"
  homepage "https://xget.example"
  url "https://xget.example/xget-0.1.0.tar.gz"
  sha256 "0" * 64
  license "MIT"

  depends_on "cli11" => :build
  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "nlohmann-json" => :build
  depends_on "pkg-config" => :build
  depends_on "scdoc" => :build
  depends_on "tomlplusplus" => :build
  depends_on "c-ares"
  depends_on "curl"
  depends_on "expat"
  depends_on "libidn2"
  depends_on :linux
  depends_on "openssl@3"
  depends_on "spdlog"
  depends_on "xxhash"

  def install
    system "cmake", "-S", ".", "-B", "build", "-G", "Ninja", *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/xget --version")
  end
end
