#include "net/command_refresher.hpp"

#include <sys/eventfd.h>

#include <optional>
#include <string_view>
#include <utility>

#include "base/child_process.hpp"
#include "base/descriptor.hpp"
#include "base/text.hpp"

namespace xget::net {
namespace {

constexpr std::size_t kMostLinesSaid = 20;
constexpr std::size_t kLongestLineSaid = 500;

tl::unexpected<Error> no_url(std::string cause) {
  return fail({.code = ErrorCode::Refused,
               .operation = "refresh",
               .subject = "the URL",
               .cause = std::move(cause)});
}

std::string_view first_line(std::string_view text) {
  return trim(without_return(text.substr(0, text.find('\n'))));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> said;
  Parts lines(text, '\n');
  while (const auto line = lines.next()) {
    if (said.size() == kMostLinesSaid) break;
    const std::string_view words = trim(line->substr(0, kLongestLineSaid));
    if (!words.empty()) said.push_back(printable(words));
  }
  return said;
}

Result<std::string> url_from(const Result<ChildOutcome>& outcome) {
  if (!outcome) return no_url(printable(outcome.error().subject) + ": " + outcome.error().cause);
  if (outcome->exit_code != 0) {
    return no_url("it ended with exit code " + std::to_string(outcome->exit_code));
  }
  const std::string_view line = first_line(outcome->output);
  if (line.empty()) return no_url("the first line of its output is empty");
  return std::string(line);
}

core::UrlRefresher::Answer answer_from(const Result<ChildOutcome>& outcome) {
  return {url_from(outcome), outcome ? lines_of(outcome->errors) : std::vector<std::string>()};
}

}  // namespace

struct CommandRefresher::Asked {
  explicit Asked(std::function<void(Answer)> on_done)
      : done(std::move(on_done)), stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  std::function<void(Answer)> done;  // the loop's; empty: cancelled
  const Descriptor stop;
  std::optional<Answer> answer;  // the worker's, until its task has ended
};

CommandRefresher::CommandRefresher(std::vector<std::string> command, std::string url,
                                   core::Worker& worker)
    : command_(std::move(command)), url_(std::move(url)), worker_(worker) {}

CommandRefresher::~CommandRefresher() { forget(); }

void CommandRefresher::refresh(long status, std::function<void(Answer)> done) {
  forget();
  asked_ = std::make_shared<Asked>(std::move(done));
  ChildSpec spec;
  spec.words = command_;
  spec.environment = {"XGET_URL=" + url_, "XGET_STATUS=" + std::to_string(status)};
  spec.stop_fd = asked_->stop.get();
  worker_.submit(
      [asked = asked_, spec = std::move(spec)] { asked->answer = answer_from(run_child(spec)); },
      [asked = asked_] {
        if (asked->done) asked->done(*std::move(asked->answer));
      });
}

void CommandRefresher::cancel() { forget(); }

void CommandRefresher::forget() {
  if (!asked_) return;
  asked_->done = nullptr;
  eventfd_write(asked_->stop.get(), 1);
  asked_.reset();
}

}  // namespace xget::net
