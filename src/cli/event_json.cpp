#include "cli/event_json.hpp"

#include <span>

#include "base/json_object.hpp"
#include "cli/json_versions.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

JsonObject begin_event(const char* event, Duration now) {
  JsonObject object;
  object.with("v", kEventVersion).with("event", event).with("time", to_seconds(now));
  return object;
}

JsonObject object_of(const Probed& probed, Duration now) {
  return begin_event("probed", now)
      .with("job", probed.job)
      .with("url", probed.url)
      .with("path", probed.path)
      .with("size", probed.size)
      .with("held", probed.held)
      .with("ranges", probed.ranges);
}

JsonObject object_of(const Progress& progress, Duration now) {
  return begin_event("progress", now)
      .with("job", progress.job)
      .with("held", progress.held)
      .with("size", progress.size)
      .with("bytes_per_second", progress.bytes_per_second)
      .with("connections", progress.connections)
      .with("stalled_seconds", progress.stalled_seconds)
      .with("parts", std::span<const std::uint8_t>(progress.parts));
}

JsonObject object_of(const Retrying& retrying, Duration now) {
  return begin_event("retrying", now)
      .with("job", retrying.job)
      .with("url", retrying.url)
      .with("cause", retrying.cause)
      .with("wait_seconds", to_seconds(retrying.wait));
}

JsonObject object_of(const Note& note, Duration now) {
  return begin_event("note", now).with("job", note.job).with("text", note.text);
}

JsonObject object_of(const Removed& removed, Duration now) {
  return begin_event("removed", now)
      .with("target", removed.target)
      .with("planned", removed.planned);
}

JsonObject object_of(const Finished& finished, Duration now) {
  return begin_event("finished", now)
      .with("job", finished.job)
      .with("path", finished.path)
      .with("size", finished.size)
      .with("received", finished.received)
      .with("sent", finished.sent)
      .with("wasted", finished.wasted)
      .with("already_complete", finished.already_complete)
      .with("not_modified", finished.not_modified)
      .with("proof", proof_name(finished.proof))
      .with("rests_on", finished.rests_on)
      .with("digest", finished.digest)
      .with("etag", finished.etag)
      .with("made_from", finished.made_from ? finished.made_from->path : "")
      .with("made_as", made_as_name(finished.made_from));
}

JsonObject object_of(const Failed& failed, Duration now) {
  return begin_event("failed", now)
      .with("job", failed.job)
      .with("path", failed.path)
      .with("code", to_string(failed.error.code))
      .with("operation", failed.error.operation)
      .with("subject", failed.error.subject)
      .with("number", failed.error.number)
      .with("cause", failed.error.cause)
      .with("kept", failed.error.kept)
      .with("remedy", failed.error.remedy);
}

JsonObject object_of(const MetalinkRead& read, Duration now) {
  return begin_event("metalink", now)
      .with("job", read.job)
      .with("name", read.name)
      .with("files", std::span<const JobId>(read.files));
}

const char* step_name(PlannedStep step) {
  switch (step) {
    case PlannedStep::Begin: return "begin";
    case PlannedStep::GoOn: return "go-on";
    case PlannedStep::Nothing: return "nothing";
    case PlannedStep::Send: return "send";
  }
  return "";
}

JsonObject object_of(const Planned& planned, Duration now) {
  return begin_event("planned", now)
      .with("job", planned.job)
      .with("step", step_name(planned.step))
      .with("url", planned.url)
      .with("path", planned.path)
      .with("size", planned.size)
      .with("held", planned.held)
      .with("not_modified", planned.not_modified)
      .with("ranges", planned.ranges)
      .with("etag", planned.etag)
      .with("last_modified", planned.last_modified)
      .with("connections", planned.connections)
      .with("addresses", std::span<const std::string>(planned.addresses))
      .with("mirrors", std::span<const std::string>(planned.mirrors))
      .with("proof", proof_name(planned.proof))
      .with("rests_on", planned.rests_on);
}

}  // namespace

const char* proof_name(Proof proof) {
  switch (proof) {
    case Proof::None: return "none";
    case Proof::OneResponse: return "one-response";
    case Proof::StrongValidator: return "strong-validator";
    case Proof::Digest: return "digest";
  }
  return "";
}

const char* made_as_name(const std::optional<MadeFrom>& made_from) {
  switch (made_from ? made_from->as : Dedupe::Off) {
    case Dedupe::Off: return "";
    case Dedupe::Link: return "link";
    case Dedupe::Reflink: return "reflink";
    case Dedupe::Copy: return "copy";
  }
  return "";
}

std::string event_json(const Event& event, Duration now) {
  return std::visit([now](const auto& it) { return object_of(it, now).text(); }, event);
}

std::string start_json(Duration now) {
  return begin_event("start", now).with("xget", version()).text();
}

std::string lost_json(std::uint64_t count, Duration now) {
  return begin_event("lost", now).with("events", count).text();
}

std::string end_json(ExitCode code, Duration now) {
  return begin_event("end", now).with("exit", static_cast<int>(code)).text();
}

}  // namespace xget::cli
