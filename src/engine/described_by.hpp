// DescribedBy: the Metalink that a server's answer names (RFC 6249 section 4), fetched and read
// beside the download that it describes. What comes of it is of use where it comes in time;
// nothing waits for it, and a failure says only why there is none.
//
// The mirrors in it are strangers, and may serve where a digest will tell what they gave. A digest
// in it is as good as one in the server's own answer (section 6) where nobody else can have said
// it: where the Metalink came from the answer's own origin, and no redirect led away from that. Who
// could forge it there could as well forge the file. From elsewhere it only shows, by contradicting
// what is known, that it means another version.
//
// Thread: loop; the Metalink is read on the worker, which must outlive it. May be destroyed at any
// time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/ports.hpp"
#include "engine/description.hpp"
#include "engine/document_task.hpp"

namespace xget::engine {

class DescribedBy {
 public:
  // `named_by`: the URL of the answer that names the document.
  DescribedBy(JobId job, std::unique_ptr<Document> document, core::Worker& worker,
              DescribedResource resource, const std::string& named_by);
  ~DescribedBy();
  DescribedBy(const DescribedBy&) = delete;
  DescribedBy& operator=(const DescribedBy&) = delete;

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  // Once; nullopt: it is still under way, or was taken. Of what is not the server's own word there
  // are no digests. Fails as Document and read_description() do.
  [[nodiscard]] std::optional<Result<Description>> take_result();

 private:
  [[nodiscard]] bool is_servers_word() const;

  const std::string named_by_;
  std::shared_ptr<Result<Description>> read_;  // the worker's until the task has ended
  std::optional<Result<Description>> result_;
  const std::unique_ptr<DocumentTask> task_;
};

}  // namespace xget::engine
