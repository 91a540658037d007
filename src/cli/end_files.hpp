// EndFiles: what became of each file, written down as it ends:
//
//   --report FILE   a JSON object a line, for every file (packaging/schema/report-1.schema.json)
//   --failed FILE   a list of those that failed, to be given to --input-file
//
// A line is there as soon as its file has ended, in FILE.new, which replaces FILE in one step when
// all have: what stood there is whole until then, and stays where nothing is done. What is no
// regular file (a pipe) gets the lines itself. What cannot be written is told at the end.
// Thread: one.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/json_object.hpp"
#include "base/time.hpp"
#include "cli/job_book.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"

namespace xget::cli {

struct EndFileNames {
  std::string report;  // empty: none
  std::string failed;
};

class EndFiles {
 public:
  // `common` is what all of a list's jobs have: it is not repeated in the list of those that
  // failed. Fails with Usage.
  static Result<EndFiles> create(const EndFileNames& names, const JobSpec& common);

  // `ended` is what ended with this event. `now`: since the command began.
  void on_event(const Event& event, const Ended& ended, Duration now);

  // Fails with Disk where anything could not be written.
  Result<void> end();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Output {
    std::string name;                        // as it was given
    std::string target;                      // without links
    std::string draft;                       // that becomes it; empty: it is written itself
    std::unique_ptr<std::FILE, Close> file;  // null: it is not wanted, or has ended

    Output() = default;
    Output(Output&&) = default;
    Output& operator=(Output&&) = default;
    ~Output();  // a draft that did not become the target goes
  };
  struct Begun {
    std::string asked;   // the Metalink's, of a file that one describes
    std::string source;  // where redirects led
    std::optional<Duration> at;
  };
  EndFiles(Output report, Output failed, JobSpec common);

  static Result<Output> open(const char* option, const std::string& name, unsigned int mode);
  static Result<void> close(Output& output);
  static void write(const Output& output, const std::string& line);
  static JsonObject begin_line(const char* state, const JobSpec* job, const Begun& begun);
  void report(const Finished& finished, const JobSpec* job, Duration now);
  void report(const Failed& failed, const JobSpec* job);
  void list_failed(const Failed& failed, const Ended& ended);

  Output report_;
  Output failed_;
  JobSpec common_;
  std::map<JobId, Begun> begun_;  // of those that have not ended
};

}  // namespace xget::cli
