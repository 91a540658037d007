#include "cli/resume_command.hpp"

#include <algorithm>
#include <map>

#include "base/shell_word.hpp"
#include "base/text.hpp"
#include "cli/secret_text.hpp"

namespace xget::cli {
namespace {

class CommandWriter {
 public:
  explicit CommandWriter(std::string_view program) { result_.command = shell_quoted(program); }

  void add_word(std::string_view word) { result_.command.append(" ").append(shell_quoted(word)); }
  void add(const HiddenText& text) {
    add_word(text.text);
    for (const std::string& what : text.hidden) result_.fill_in.push_back(printable(what));
  }
  void rely_on(const std::string& variable) {
    auto& all = result_.environment;
    if (std::find(all.begin(), all.end(), variable) == all.end()) all.push_back(variable);
  }
  ResumeCommand take() { return std::move(result_); }

 private:
  ResumeCommand result_;
};

// What names a download, and what is of one alone: an entry of the session file says it.
bool is_in_session(OptionId id, QueueKept kept) {
  switch (id) {
    case OptionId::InputFile: return kept == QueueKept::WithList;
    case OptionId::Output:
    case OptionId::Checksum:
    case OptionId::Metalink:
    case OptionId::Mirror: return kept != QueueKept::Nowhere;
    default: return false;
  }
}

}  // namespace

ResumeCommand resume_command(std::string_view program, const Given& given, const LeftBehind& left) {
  const auto is_done = [&](std::size_t position) {
    return position < left.done.size() && left.done[position];
  };
  CommandWriter writer(program);
  std::map<OptionId, std::size_t> positions;
  for (const GivenOption& option : given.options) {
    if (option.id == OptionId::NoResume && left.anything_kept) {
      // Elsewhere it still stands, and only its opposite goes before it.
      if (option.origin.layer != Layer::CommandLine) writer.add_word("--resume");
      continue;
    }
    if (option.origin.layer == Layer::File) continue;
    if (is_in_session(option.id, left.kept)) continue;
    const bool one_for_each_url = option.id == OptionId::Output || option.id == OptionId::Checksum;
    if (one_for_each_url && is_done(positions[option.id]++)) continue;
    const bool metalink = option.id == OptionId::Metalink;
    if (metalink && is_done(given.urls.size() + positions[option.id]++)) continue;
    const HiddenText value = hide_secrets(option);
    if (option.origin.layer == Layer::Environment && !value.hidden.empty()) {
      writer.rely_on(option.origin.place);
      continue;
    }
    const OptionRow& row = row_of(option.id);
    writer.add_word(row.shortest());
    if (row.takes_value()) writer.add(value);
  }
  if (left.kept != QueueKept::Nowhere) return writer.take();
  const bool like_an_option = std::any_of(given.urls.begin(), given.urls.end(),
                                          [](const auto& url) { return url.starts_with('-'); });
  if (like_an_option) writer.add_word("--");
  for (std::size_t i = 0; i < given.urls.size(); ++i) {
    if (!is_done(i)) writer.add(hide_url_secrets(given.urls[i]));
  }
  return writer.take();
}

}  // namespace xget::cli
