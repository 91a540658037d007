// WebSource: what is fetched from elsewhere, by http or https in the end, and sent on. A version
// that a strong validator names is fetched by ranges, several at a time; any other as one answer,
// in order, over one connection, and no later run goes on with that. Thread: loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "remote/relayed_parts.hpp"
#include "remote/upload_source.hpp"

namespace xget::remote {

class WebSource final : public UploadSource {
 public:
  // `default_type`: its media type, where its server says none; empty: none.
  WebSource(RelaySettings settings, std::string default_type, std::unique_ptr<core::Source> source,
            RelayPorts ports);
  ~WebSource() override;
  WebSource(const WebSource&) = delete;
  WebSource& operator=(const WebSource&) = delete;

  void open(TellRetry tell_retry, Opened done) override;
  void identify(const PartPlan& plan, Identified done) override;
  std::unique_ptr<PartSource> parts() override;
  bool changed() override { return false; }  // each answer says of which version it is
  void look_again(LookedAgain done) override { done(true); }
  void stop() override;
  [[nodiscard]] Proof proof() const override;

  void on_time(Instant now) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;

  [[nodiscard]] const core::Representation& version() const { return version_; }

 private:
  [[nodiscard]] bool by_ranges() const;

  const RelaySettings settings_;
  const std::string default_type_;
  const std::unique_ptr<core::Source> source_;
  RelayPorts ports_;
  TellRetry tell_retry_;
  Opened opened_;                        // null: nobody waits
  std::unique_ptr<SourceReader> first_;  // the answer that told what it is
  core::Representation version_;
  bool in_parts_ = false;
};

}  // namespace xget::remote
