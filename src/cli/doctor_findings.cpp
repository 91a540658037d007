#include "cli/doctor_findings.hpp"

#include <algorithm>

#include "base/json_object.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/json_versions.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kAboutColumn = 12;

const char* mark_of(Health health) {
  switch (health) {
    case Health::Good: return "ok  ";
    case Health::Doubtful: return "note";
    case Health::Bad: break;
  }
  return "BAD ";
}

const char* word_for(Health health) {
  switch (health) {
    case Health::Good: return "good";
    case Health::Doubtful: return "doubtful";
    case Health::Bad: break;
  }
  return "bad";
}

std::string time_text(Milliseconds time) { return std::to_string(time.count()) + " ms"; }

Finding proxy_finding(const HostCheck& check) {
  if (!check.proxy.empty()) return {.about = "proxy", .text = "through " + check.proxy};
  if (check.rule) return {.about = "proxy", .text = "none; --connect-to says where to connect"};
  return {.about = "proxy", .text = "none: connections go there directly"};
}

Finding name_finding(const HostCheck& check) {
  if (!check.lookup_problem.empty()) {
    return {.health = Health::Bad,
            .about = "name",
            .text = check.host + ": " + check.lookup_problem,
            .remedy = "check the host's name; --dns-servers asks other name servers"};
  }
  const std::size_t count = check.found.size();
  std::string text = check.host + " has " + std::to_string(count) +
                     (count == 1 ? " address" : " addresses") + ", found in " +
                     time_text(check.lookup.value_or(Milliseconds(0)));
  if (count > check.checks.size()) {
    text += "; the first " + std::to_string(check.checks.size()) + " are tried";
  }
  return {.about = "name", .text = std::move(text)};
}

std::string answer_text(const AddressCheck& check) {
  std::string text = "connected in " + time_text(*check.connected);
  if (!check.tls.empty()) text += ", " + check.tls;
  return text + ", HTTP answer " + std::to_string(check.status);
}

Finding address_finding(const AddressCheck& check, bool others_answer) {
  const std::string begin = check.address.empty() ? "" : check.address + ": ";
  if (check.connected) return {.about = "address", .text = begin + answer_text(check)};
  return {.health = others_answer ? Health::Doubtful : Health::Bad,
          .about = "address",
          .text = begin + check.problem,
          .remedy =
              others_answer ? "downloads go on over the others; -4 or -6 leaves a family out" : ""};
}

Finding tls_finding(const HostCheck& check, bool insecure) {
  if (insecure) {
    return {.health = Health::Doubtful,
            .about = "tls",
            .text = "--insecure: the certificate is not checked, and anybody may have answered",
            .remedy = "--cacert FILE names an authority to trust instead"};
  }
  return {.about = "tls", .text = "the certificate is valid for " + check.host};
}

Finding ranges_finding(const Planned& planned) {
  if (planned.ranges) return {.about = "ranges", .text = "the server sends parts of the file"};
  return {
      .health = Health::Doubtful,
      .about = "ranges",
      .text =
          "the server sends all of the file or nothing: over one connection, and from the "
          "beginning after each break",
      .remedy = "a mirror that sends parts (-m URL) is used instead, once it is known to agree"};
}

Finding validators_finding(const Planned& planned) {
  std::string text;
  if (!planned.etag.empty()) text = "ETag " + printable(planned.etag);
  if (!planned.last_modified.empty()) {
    text += (text.empty() ? "" : ", ") + ("Last-Modified " + printable(planned.last_modified));
  }
  if (!text.empty()) return {.about = "validators", .text = std::move(text)};
  return {.health = Health::Doubtful,
          .about = "validators",
          .text = "none: nothing shows when the file changes on the server",
          .remedy = "a --checksum proves the result"};
}

Finding resuming_finding(const Planned& planned) {
  if (!planned.ranges) {
    return {.health = Health::Doubtful, .about = "resuming", .text = "impossible without ranges"};
  }
  const bool proven = planned.proof == Proof::StrongValidator || planned.proof == Proof::Digest;
  if (proven) return {.about = "resuming", .text = "rests on " + printable(planned.rests_on)};
  return {.health = Health::Doubtful,
          .about = "resuming",
          .text = "rests on samples of what is kept, which is no proof (--strict refuses it)",
          .remedy = "a --checksum proves the result"};
}

}  // namespace

std::vector<Finding> host_findings(const HostCheck& check, bool insecure) {
  std::vector<Finding> findings{proxy_finding(check)};
  if (check.proxy.empty() && !check.rule) findings.push_back(name_finding(check));
  const bool any_answers =
      std::any_of(check.checks.begin(), check.checks.end(),
                  [](const AddressCheck& one) { return one.connected.has_value(); });
  for (const AddressCheck& one : check.checks) {
    findings.push_back(address_finding(one, any_answers));
  }
  if (check.tls && any_answers) findings.push_back(tls_finding(check, insecure));
  return findings;
}

std::vector<Finding> resource_findings(const Planned& planned) {
  Finding answer{.about = "answer", .text = printable(planned.url) + " has "};
  if (planned.size) {
    answer.text += format_size(*planned.size);
  } else {
    answer.health = Health::Doubtful;
    answer.text += "a length that the server does not tell";
  }
  return {std::move(answer), ranges_finding(planned), validators_finding(planned),
          resuming_finding(planned)};
}

Finding failure_finding(const Error& error) {
  return {.health = Health::Bad,
          .about = "answer",
          .text = to_string(error),
          .remedy = printable(error.remedy)};
}

std::string finding_text(const Finding& finding) {
  std::string about = std::string(finding.about) + ":";
  about.append(kAboutColumn - std::min(about.size(), kAboutColumn - 1), ' ');
  std::string text =
      "  " + std::string(mark_of(finding.health)) + "  " + about + finding.text + "\n";
  if (!finding.remedy.empty()) text += "        → " + finding.remedy + "\n";
  return text;
}

std::string finding_json(const Finding& finding, const std::string& url) {
  JsonObject object;
  object.with("v", kFindingVersion)
      .with("url", url)
      .with("about", finding.about)
      .with("health", word_for(finding.health))
      .with("text", finding.text)
      .with("remedy", finding.remedy);
  return object.text() + "\n";
}

}  // namespace xget::cli
