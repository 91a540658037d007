#include "remote/credential_fetch.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "engine/http_question.hpp"
#include "net/url.hpp"
#include "remote/account_answers.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {
namespace {

// Services far away, and those of the machine, which are there at once or not at all.
const BriefLimits kServiceLimits{.patience = std::chrono::seconds(20),
                                 .retry = {.failures = 3,
                                           .failures_before_answer = 2,
                                           .longest_wait = std::chrono::seconds(10),
                                           .longest_retry_after = std::chrono::seconds(20),
                                           .give_up_after = std::chrono::minutes(1)}};
const BriefLimits kMachineLimits{.patience = std::chrono::seconds(1),
                                 .retry = {.failures = 0, .failures_before_answer = 0}};
const BriefLimits kContainerLimits{.patience = std::chrono::seconds(2),
                                   .retry = {.failures = 2,
                                             .longest_wait = std::chrono::seconds(2),
                                             .longest_retry_after = std::chrono::seconds(2)}};

bool is_success(const BriefAnswer& answer) { return answer.status >= 200 && answer.status < 300; }

std::string status_of(const BriefAnswer& answer) {
  return "HTTP status " + std::to_string(answer.status);
}

std::string sign_in(const SsoRole& role) { return "type: " + role.login; }

// A file's or an answer's only line.
std::string only_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(trim(text));
}

}  // namespace

CredentialFetch::CredentialFetch(const CredentialPlan& plan, const engine::HttpSourceSettings& way,
                                 CredentialPorts ports)
    : plan_(plan), way_(way), ports_(ports), source_(plan.source) {
  std::visit([this](const auto& origin) { begin(origin); }, plan_.origin);
}

std::optional<Result<FetchedCredentials>> CredentialFetch::take_result() {
  return std::exchange(result_, std::nullopt);
}

std::optional<Instant> CredentialFetch::next_deadline() const {
  if (result_ || (errand_ && errand_->ended())) return Instant::min();
  return request_ ? request_->next_deadline() : std::nullopt;
}

// Each step may begin another, which takes the next turn.
void CredentialFetch::on_time(Instant now) {
  if (errand_) {
    if (auto outcome = errand_->take_outcome()) return on_file_or_output(*std::move(outcome));
  }
  if (!request_) return;
  request_->on_time(now);
  if (auto outcome = request_->take_outcome()) on_outcome(*std::move(outcome));
}

void CredentialFetch::read_file(const std::string& path, OnText next) {
  on_text_ = next;
  errand_.emplace(CredentialErrand::read_file(path, ports_.worker));
}

void CredentialFetch::on_file_or_output(CredentialErrand::Outcome outcome) {
  errand_.reset();
  if (!outcome) {
    const auto* sso = std::get_if<SsoRole>(&plan_.origin);
    return fail_with(ErrorCode::Usage, std::move(outcome.error()),
                     sso != nullptr ? sign_in(*sso) : "");
  }
  (this->*on_text_)(*outcome);
}

void CredentialFetch::ask(CredentialRequest request, Way way, OnAnswer next) {
  if (!request) return fail_with(ErrorCode::Usage, std::move(request.error()));
  const bool machine = std::holds_alternative<MachineMetadata>(plan_.origin);
  const BriefLimits& limits = way == Way::AsUsual ? kServiceLimits
                              : machine           ? kMachineLimits
                                                  : kContainerLimits;
  if (way == Way::AsUsual) engine::take_way(*request, *net::parse_url(request->url), way_);
  on_answer_ = next;
  request_ = std::make_unique<BriefRequest>(
      *std::move(request), limits, BriefPorts{ports_.transport, ports_.clock, ports_.random});
}

void CredentialFetch::on_outcome(BriefRequest::Outcome outcome) {
  request_.reset();
  if (outcome) return (this->*on_answer_)(*outcome);
  if (std::holds_alternative<MachineMetadata>(plan_.origin) && roles_assumed_ == 0) {
    return no_machine("they cannot be reached (" + outcome.error().cause + ")");
  }
  fail_with(ErrorCode::Network, outcome.error().cause, "", outcome.error().number);
}

// ---- known already, or a command's ----------------------------------------------------------

void CredentialFetch::begin(const KnownCredentials& known) {
  got({.credentials = known.credentials, .end = std::nullopt});
}

void CredentialFetch::begin(const CredentialCommand& command) {
  on_text_ = &CredentialFetch::on_output;
  errand_.emplace(CredentialErrand::run(command.words, ports_.worker));
}

void CredentialFetch::on_output(const std::string& text) { take(parse_command_credentials(text)); }

// ---- single sign-on -------------------------------------------------------------------------

void CredentialFetch::begin(const SsoRole& role) {
  read_file(role.token_file, &CredentialFetch::on_sso_token);
}

void CredentialFetch::on_sso_token(const std::string& text) {
  const auto& role = std::get<SsoRole>(plan_.origin);
  const std::string remedy = sign_in(role);
  const auto token = parse_sso_token(text);
  if (!token) {
    return fail_with(ErrorCode::Usage, role.token_file + ": " + token.error(), remedy);
  }
  if (token->end <= ports_.clock.wall_now()) {
    return fail_with(ErrorCode::Usage, "you are no longer signed in", remedy);
  }
  ask(sso_request(role, token->token), Way::AsUsual, &CredentialFetch::on_sso_credentials);
}

void CredentialFetch::on_sso_credentials(const BriefAnswer& answer) {
  const auto& role = std::get<SsoRole>(plan_.origin);
  if (answer.status == 401) {
    return fail_with(ErrorCode::Usage, "you are no longer signed in", sign_in(role), answer.status);
  }
  if (answer.status == 403 || answer.status == 404) {
    return fail_with(
        ErrorCode::Refused,
        "you may not use the role " + role.role_name + " of the account " + role.account_id, "",
        answer.status);
  }
  if (!is_success(answer)) return refused(answer);
  take(parse_sso_credentials(answer.body));
}

// ---- a container, a machine -----------------------------------------------------------------

void CredentialFetch::begin(const ContainerEndpoint& endpoint) {
  if (!endpoint.token_file.empty()) {
    return read_file(endpoint.token_file, &CredentialFetch::on_container_token);
  }
  ask(container_request(endpoint.url, endpoint.token), Way::Direct, &CredentialFetch::on_metadata);
}

void CredentialFetch::on_container_token(const std::string& text) {
  const auto& endpoint = std::get<ContainerEndpoint>(plan_.origin);
  ask(container_request(endpoint.url, only_line(text)), Way::Direct, &CredentialFetch::on_metadata);
}

void CredentialFetch::begin(const MachineMetadata& machine) {
  ask(metadata_token_request(machine), Way::Direct, &CredentialFetch::on_machine_token);
}

// Unless a profile names it, it is asked for want of anything else.
void CredentialFetch::no_machine(std::string cause) {
  if (plan_.roles.empty()) cause += ", and " + plan_.passed_over;
  fail_with(ErrorCode::Usage, std::move(cause),
            "type \"aws configure\", or give --no-sign-request");
}

void CredentialFetch::on_machine_token(const BriefAnswer& answer) {
  if (!is_success(answer)) return no_machine(status_of(answer));
  machine_token_ = answer.body;
  ask(metadata_role_request(std::get<MachineMetadata>(plan_.origin), machine_token_), Way::Direct,
      &CredentialFetch::on_machine_role);
}

void CredentialFetch::on_machine_role(const BriefAnswer& answer) {
  const std::string role = only_line(answer.body);
  if (answer.status == 404 || role.empty()) return no_machine("this machine has no role");
  if (!is_success(answer)) return no_machine(status_of(answer));
  ask(metadata_credentials_request(std::get<MachineMetadata>(plan_.origin), machine_token_, role),
      Way::Direct, &CredentialFetch::on_metadata);
}

void CredentialFetch::on_metadata(const BriefAnswer& answer) {
  if (!is_success(answer)) return refused(answer);
  take(parse_metadata_credentials(answer.body));
}

// ---- roles ----------------------------------------------------------------------------------

void CredentialFetch::begin(const WebIdentity& identity) {
  read_file(identity.token_file, &CredentialFetch::on_identity_token);
}

void CredentialFetch::on_identity_token(const std::string& text) {
  const auto& identity = std::get<WebIdentity>(plan_.origin);
  ask(web_identity_request(plan_.token_service, identity.role, only_line(text)), Way::AsUsual,
      &CredentialFetch::on_role);
}

void CredentialFetch::on_role(const BriefAnswer& answer) {
  if (!is_success(answer)) {
    const Error said = describe(parse_store_error(answer.body), answer.status, "", "");
    return fail_with(said.code, said.cause, said.remedy, answer.status);
  }
  auto role = parse_role_credentials(answer.body);
  if (!role) return fail_with(ErrorCode::Refused, role.error().error.cause);
  got({.credentials = {.access_key_id = std::move(role->access_key_id),
                       .secret_access_key = std::move(role->secret_access_key),
                       .session_token = std::move(role->session_token)},
       .end = role->expiration});
}

// ---- the end of a step ----------------------------------------------------------------------

void CredentialFetch::take(CredentialAnswer answer) {
  if (!answer) return fail_with(ErrorCode::Refused, std::move(answer.error()));
  got(*std::move(answer));
}

void CredentialFetch::got(FetchedCredentials fetched) {
  const WallTime now = ports_.clock.wall_now();
  if (fetched.end && *fetched.end <= now) {
    return fail_with(ErrorCode::Refused, "what it gives has ended already",
                     "see whether this machine's clock is right");
  }
  if (roles_assumed_ == plan_.roles.size()) {
    result_ = std::move(fetched);
    return;
  }
  const RoleToAssume& role = plan_.roles[roles_assumed_++];
  source_ = "the role " + role.arn;
  ask(assume_role_request(plan_.token_service, role, fetched.credentials, now), Way::AsUsual,
      &CredentialFetch::on_role);
}

void CredentialFetch::refused(const BriefAnswer& answer) {
  fail_with(ErrorCode::Refused, status_of(answer), "", answer.status);
}

void CredentialFetch::fail_with(ErrorCode code, std::string cause, std::string remedy,
                                long number) {
  result_ = fail({.code = code,
                  .operation = "get credentials from",
                  .subject = source_,
                  .number = number,
                  .cause = std::move(cause),
                  .remedy = std::move(remedy)});
}

}  // namespace xget::remote
