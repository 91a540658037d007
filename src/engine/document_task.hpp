// DocumentTask: fetches what describes or proves downloads, and has it read.
// Thread: loop; the document is read on a worker, since a large one takes long.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/ports.hpp"
#include "engine/document.hpp"
#include "engine/task.hpp"

namespace xget::engine {

class DocumentTask final : public Task {
 public:
  struct Steps {
    std::function<void(std::string_view document)> read;  // on the worker
    // Once, from on_time(), after read(); or why there is nothing to read.
    std::function<void(Result<void>)> done;
  };

  // The worker must outlive it. `read` may still run once it is destroyed.
  DocumentTask(JobId id, std::unique_ptr<Document> document, core::Worker& worker, Steps steps);

  void on_time(Instant now) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;
  // While it is read the worker goes on, but nothing comes of it.
  void interrupt() override;
  [[nodiscard]] bool ended() const override { return ended_; }
  [[nodiscard]] Progress progress(Instant now) override;

  [[nodiscard]] const Document& document() const { return *document_; }

 private:
  struct Reading;

  void read(std::string text);
  void end(Result<void> outcome);

  const JobId id_;
  const std::unique_ptr<Document> document_;
  core::Worker& worker_;
  const Steps steps_;
  std::shared_ptr<Reading> reading_;  // null until the document is there
  bool interrupted_ = false;
  bool ended_ = false;
};

}  // namespace xget::engine
