// A real nginx on 127.0.0.1, plain and TLS, that serves one file in a folder of its own.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/raw_server.hpp"
#include "support/temporary_folder.hpp"

namespace xget::test {

class NginxServer {
 public:
  // Serves `content` as /file. The certificate is for localhost and 127.0.0.1, signed by itself.
  explicit NginxServer(const std::string& content) : http_port_(free_port()) {
    do https_port_ = free_port();
    while (https_port_ == http_port_);
    std::ofstream(folder_ / "file", std::ios::binary) << content;
    make_certificate();
    write_configuration();
    process_ =
        start({"nginx", "-p", folder_.path(), "-c", folder_ / "conf", "-e", folder_ / "error.log"});
    wait_until_it_listens();
  }
  ~NginxServer() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  NginxServer(const NginxServer&) = delete;
  NginxServer& operator=(const NginxServer&) = delete;

  [[nodiscard]] int http_port() const { return http_port_; }
  [[nodiscard]] int https_port() const { return https_port_; }
  [[nodiscard]] std::string http_url() const {
    return "http://127.0.0.1:" + std::to_string(http_port_) + "/file";
  }
  [[nodiscard]] std::string https_url() const {
    return "https://localhost:" + std::to_string(https_port_) + "/file";
  }
  [[nodiscard]] std::string certificate() const { return folder_ / "cert.pem"; }
  // One line a request: "PROTOCOL STATUS TLS_SESSION_REUSED CONNECTION", the last a number.
  [[nodiscard]] std::vector<std::string> log() const {
    std::ifstream file(folder_ / "access.log");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

 private:
  static pid_t start(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t process = 0;
    const int rc = posix_spawnp(&process, arguments[0], &quiet, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (rc != 0) throw std::runtime_error("cannot start " + words[0]);
    return process;
  }

  void make_certificate() {
    const pid_t process =
        start({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
               "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder_ / "key.pem", "-out",
               certificate()});
    int status = 0;
    waitpid(process, &status, 0);
    if (status != 0) throw std::runtime_error("openssl made no certificate");
  }

  void write_configuration() {
    std::ofstream(folder_ / "conf")
        << "daemon off; master_process off; pid pid;\n"
           "events { worker_connections 256; }\n"
           "http {\n"
           "  log_format facts '$server_protocol $status $ssl_session_reused $connection';\n"
           "  access_log access.log facts;\n"
           "  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;\n"
           "  uwsgi_temp_path tmp; scgi_temp_path tmp;\n"
           "  sendfile on;\n"
           "  server {\n"
           "    listen 127.0.0.1:"
        << http_port_ << ";\n    listen 127.0.0.1:" << https_port_
        << " ssl http2;\n"
           "    ssl_certificate cert.pem; ssl_certificate_key key.pem;\n"
           "    ssl_session_cache builtin:64; ssl_protocols TLSv1.2 TLSv1.3;\n"
           "    root .;\n"
           "  }\n"
           "}\n";
  }

  void wait_until_it_listens() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(https_port_));
    for (int i = 0; i < 500; ++i) {
      const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const bool up = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
      close(fd);
      if (up) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("nginx does not listen");
  }

  int http_port_;
  int https_port_ = 0;
  TemporaryFolder folder_;
  pid_t process_ = 0;
};

}  // namespace xget::test
