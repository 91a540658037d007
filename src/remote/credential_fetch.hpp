// CredentialFetch: gets credentials from where the plan says, once: their origin, then the roles
// that are assumed by them.
//
// Containers and machines are asked directly: what a proxy in between would hear are secrets. Each
// request and each command has a bounded time and number of tries.
// Thread: loop; files are read and commands run on the worker. The owner calls on_time() after each
// round of callbacks and when next_deadline() has come.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "core/ports.hpp"
#include "engine/http_source.hpp"
#include "remote/brief_request.hpp"
#include "remote/credential_answers.hpp"
#include "remote/credential_errand.hpp"
#include "remote/credential_plan.hpp"
#include "remote/credential_requests.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// All must outlive whoever is given them.
struct CredentialPorts {
  core::Transport& transport;
  core::Clock& clock;
  core::Random& random;
  core::Worker& worker;  // one that waits for commands
};

class CredentialFetch {
 public:
  // `plan` and `way` must outlive it. Of `way` the proxies and rules count alone. Destroying it
  // ends what runs.
  CredentialFetch(const CredentialPlan& plan, const engine::HttpSourceSettings& way,
                  CredentialPorts ports);
  CredentialFetch(const CredentialFetch&) = delete;
  CredentialFetch& operator=(const CredentialFetch&) = delete;

  void on_time(Instant now);
  // Instant::min() if on_time() should be called at once. nullopt: only callbacks move it.
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  // Once. Usage: nothing is configured after all, or what is cannot do; Refused; Network. The error
  // names where they were sought and what to type, never a secret.
  std::optional<Result<FetchedCredentials>> take_result();

 private:
  using OnText = void (CredentialFetch::*)(const std::string& text);
  using OnAnswer = void (CredentialFetch::*)(const BriefAnswer& answer);
  enum class Way { AsUsual, Direct };

  void begin(const KnownCredentials& known);
  void begin(const CredentialCommand& command);
  void begin(const SsoRole& role);
  void begin(const WebIdentity& identity);
  void begin(const ContainerEndpoint& endpoint);
  void begin(const MachineMetadata& machine);

  void read_file(const std::string& path, OnText next);
  void ask(CredentialRequest request, Way way, OnAnswer next);
  void on_file_or_output(CredentialErrand::Outcome outcome);
  void on_outcome(BriefRequest::Outcome outcome);

  void on_output(const std::string& text);
  void on_sso_token(const std::string& text);
  void on_sso_credentials(const BriefAnswer& answer);
  void on_identity_token(const std::string& text);
  void on_container_token(const std::string& text);
  void no_machine(std::string cause);
  void on_machine_token(const BriefAnswer& answer);
  void on_machine_role(const BriefAnswer& answer);
  void on_metadata(const BriefAnswer& answer);
  void on_role(const BriefAnswer& answer);

  void take(CredentialAnswer answer);
  void got(FetchedCredentials fetched);
  void fail_with(ErrorCode code, std::string cause, std::string remedy = "", long number = 0);
  void refused(const BriefAnswer& answer);

  const CredentialPlan& plan_;
  const engine::HttpSourceSettings& way_;
  const CredentialPorts ports_;
  std::string source_;  // of what is fetched just now, for messages
  std::size_t roles_assumed_ = 0;
  std::string machine_token_;

  // What is waited for, and who goes on with it. One of both, or none.
  std::optional<CredentialErrand> errand_;
  OnText on_text_ = nullptr;
  std::unique_ptr<BriefRequest> request_;
  OnAnswer on_answer_ = nullptr;

  std::optional<Result<FetchedCredentials>> result_;
};

}  // namespace xget::remote
