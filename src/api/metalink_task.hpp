// MetalinkTask: fetches a Metalink and finds out which jobs it stands for.
// Thread: loop; the document is parsed on a worker, since a large one takes long.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "api/metalink_request.hpp"
#include "core/ports.hpp"
#include "engine/document.hpp"
#include "engine/task.hpp"

namespace xget::api {

class MetalinkTask final : public engine::Task {
 public:
  using Jobs = Result<std::vector<DescribedJob>>;
  struct Steps {
    std::function<Jobs(std::string_view document)> describe;  // on the worker
    std::function<void(Jobs)> done;                           // once, from on_time()
  };

  // The worker must outlive it. `describe` may still run once it is destroyed.
  MetalinkTask(JobId id, std::unique_ptr<engine::Document> document, core::Worker& worker,
               Steps steps);

  void on_time(Instant now) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;
  // While it is parsed it goes on: what comes of it is interrupted.
  void interrupt() override { document_->interrupt(); }
  [[nodiscard]] bool ended() const override { return ended_; }
  [[nodiscard]] Progress progress(Instant now) override;

 private:
  struct Parsing;

  void parse(std::string text);
  void end(Jobs jobs);

  const JobId id_;
  const std::unique_ptr<engine::Document> document_;
  core::Worker& worker_;
  const Steps steps_;
  std::shared_ptr<Parsing> parsing_;  // null until the document is there
  bool ended_ = false;
};

}  // namespace xget::api
