// What the verbs that ask stores have in common: the download's options, a session that ends at
// Ctrl-C, and a report in words or as JSON. Thread: the main one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json_object.hpp"
#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_words.hpp"
#include "xget/error.hpp"
#include "xget/object_listing.hpp"
#include "xget/session.hpp"

namespace xget::cli {

struct StoreCommand {
  VerbWords own;                  // the verb's own options
  std::vector<std::string> urls;  // what stands there besides options
  Options options;
  std::optional<int> objects;  // the descriptor for JSON
  bool dry_run = false;
  bool quiet = false;
  std::string log_file;

  // The value of one of the verb's own options; empty: it is not given.
  [[nodiscard]] std::string value_of(std::string_view option) const;
};

// Fails with Usage.
Result<StoreCommand> read_store_command(const CommandLine& line);

// A line for programs: its version and what it is of ("object", "failed", ...).
JsonObject store_line(const char* kind);

// Says each thing when it is known: in words on standard output, unless that is where the JSON
// goes. What fails goes to standard error, too.
class StoreReport {
 public:
  StoreReport(std::optional<int> objects, bool quiet) : objects_(objects), quiet_(quiet) {}
  ~StoreReport() { flush(); }
  StoreReport(const StoreReport&) = delete;
  StoreReport& operator=(const StoreReport&) = delete;

  // What was asked for.
  void tell(const std::string& words, const JsonObject& line);
  // What was done; nothing in words with --quiet.
  void tell_done(const std::string& words, const JsonObject& line);
  // Likewise of what is for people alone.
  void say_done(const std::string& words);
  // `url`: what it is of, as it was given; empty: of nothing alone.
  void fail(const std::string& url, const Error& error);

  // Once nothing more can be told (the reader is gone) or the session was interrupted.
  [[nodiscard]] bool is_over() const { return broken_ || interrupted_; }
  ExitCode end();  // the first failure, but an interrupted run says so

 private:
  void print(int descriptor, std::string& waiting, const std::string& text);
  void flush();
  void flush(int descriptor, std::string& waiting);

  const std::optional<int> objects_;
  const bool quiet_;
  // Many short lines go out together.
  std::string words_;
  std::string lines_;
  ExitCode outcome_ = ExitCode::Success;
  bool broken_ = false;  // nobody reads it any more
  bool interrupted_ = false;
};

using AskStores = std::function<void(Session& session, StoreReport& report)>;
// Makes the session and asks.
ExitCode ask_stores(StoreCommand command, const AskStores& ask);

// Each object of the listing, in its order. Whether it came to the last of them; what fails is
// told, and so is that there is none, but of a bucket, which may be empty.
bool for_each_object(Session& session, StoreReport& report, const ListingSpec& spec,
                     const std::function<void(const ListedObject&)>& act);

}  // namespace xget::cli
