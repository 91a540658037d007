// InputFile: a list of downloads, read as a stream, an entry at a time.
//
//   URL<TAB>URL...        URLs of one file: the first, and mirrors of it
//     out=NAME            indented: options of the file above (aria2's format)
//   # comment
//   {"url": "URL", "mirrors": ["URL"], "out": "NAME", "headers": ["Name: value"]}
//
// A file that is a Metalink, by its name or as it begins with "<", is a list of what it describes:
// one job, for `add` to read, unless the common job says that none is read.
//
// Options: out, dir, checksum, header (repeatable), referer, user-agent, http-user and http-passwd;
// an object has them with _ for - ("headers" for header), and "size" and "metalink" (true: the URL
// is a Metalink, whatever it is called). Those of aria2's that only say how fast or how often
// something is tried are passed over; any other refuses its entry.
//
// Threads: one reads; interrupt() may be called from any other meanwhile.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget {

class InputFile {
 public:
  // `path`: "-" is standard input. `common`: what the list's jobs have where their entries say
  // nothing; its url, output, checksum and mirrors are not looked at. Fails with Usage if it cannot
  // be opened.
  static Result<InputFile> open(const std::string& path, JobSpec common);

  ~InputFile();
  InputFile(InputFile&&) noexcept;
  InputFile& operator=(InputFile&&) noexcept;

  // The next job; waits for what a pipe has not brought yet. nullopt: the list has ended, or was
  // interrupted. An error with Usage is of one entry ("LIST:LINE" is its subject), and the next
  // call goes on behind it; one with Disk says that the list cannot be read on, and is the last.
  std::optional<Result<JobSpec>> next();

  // The lines of the entry that next() gave or refused last, as they stand in the list: a refused
  // one can be handed back, to be corrected. Empty where they are longer than 1 MiB together.
  [[nodiscard]] const std::string& lines() const;

  // Ends a call of next() that waits, and all later ones, with nullopt.
  void interrupt();

 private:
  class Impl;
  explicit InputFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One entry alone, for who keeps a list himself: a JSON object on one line. `common` as above.
// Fails with Usage, without a subject. Any thread.
Result<JobSpec> listed_job(std::string_view object, const JobSpec& common);

}  // namespace xget
