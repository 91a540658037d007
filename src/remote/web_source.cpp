#include "remote/web_source.hpp"

#include <utility>

namespace xget::remote {

WebSource::WebSource(RelaySettings settings, std::string default_type,
                     std::unique_ptr<core::Source> source, RelayPorts ports)
    : settings_(settings),
      default_type_(std::move(default_type)),
      source_(std::move(source)),
      ports_(ports) {}

WebSource::~WebSource() = default;

void WebSource::stop() {
  opened_ = nullptr;
  first_.reset();
}

void WebSource::open(TellRetry tell_retry, Opened done) {
  tell_retry_ = std::move(tell_retry);
  opened_ = std::move(done);
  first_ = std::make_unique<SourceReader>(settings_.reader, ports_.clock, ports_.random, *source_,
                                          ByteRange{0, kUnknownEnd}, std::nullopt, tell_retry_);
}

void WebSource::on_time(Instant now) {
  source_->on_time(now);
  if (first_) first_->on_time(now);
  if (!opened_ || !first_) return;
  if (const auto failure = first_->failure()) {
    return std::exchange(opened_, nullptr)(fail(fetch_error(*failure, *source_)));
  }
  if (!first_->offer()) return;
  version_ = first_->offer()->representation;
  SourceFacts facts{.size = version_.size, .in_store = false, .headers = {}};
  const std::string& type = version_.content_type.empty() ? default_type_ : version_.content_type;
  if (!type.empty()) facts.headers.push_back({"Content-Type", type});
  std::exchange(opened_, nullptr)(std::move(facts));
}

std::optional<Instant> WebSource::next_deadline() const {
  return earliest(source_->next_deadline(), first_ ? first_->next_deadline() : std::nullopt);
}

bool WebSource::by_ranges() const {
  return version_.ranges && version_.size && version_.validators.strong();
}

void WebSource::identify(const PartPlan& plan, Identified done) {
  in_parts_ = by_ranges() && plan.count() > 1;
  SourceVersion version;
  if (by_ranges()) {
    const core::Validators& known = version_.validators;
    version.tag = known.strong_etag.empty() ? known.last_modified : known.strong_etag;
  }
  done(std::move(version));
}

std::unique_ptr<PartSource> WebSource::parts() {
  if (!in_parts_) {
    return std::make_unique<StreamedParts>(settings_, *source_, std::move(first_), ports_);
  }
  first_.reset();
  return std::make_unique<RelayedParts>(settings_, *source_, version_, tell_retry_, ports_);
}

Proof WebSource::proof() const {
  if (version_.validators.strong()) return Proof::StrongValidator;
  return version_.size ? Proof::OneResponse : Proof::None;
}

}  // namespace xget::remote
