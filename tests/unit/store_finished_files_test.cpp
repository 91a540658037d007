#include <sys/stat.h>

#include <thread>

#include "store/finished_files.hpp"
#include "store_fixture.hpp"

using namespace store_test;
using store::FinishedFiles;

namespace {

struct Kept {
  TemporaryFolder folder;
  store::PosixFileSystem files;
  FinishedFiles marks{files, folder / "state/xget"};

  [[nodiscard]] std::uintmax_t bytes() const {
    std::uintmax_t sum = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder / "state/xget")) {
      sum += file.file_size();
    }
    return sum;
  }
};

}  // namespace

TEST_CASE("a mark is found under its path, and the last one counts") {
  Kept kept;
  CHECK_FALSE(kept.marks.find("/a/f"));
  kept.marks.remember("/a/f", "{\"size\":1}");
  kept.marks.remember("/b/f", "{\"size\":2}");
  kept.marks.remember("/a/f", "{\"size\":3}");
  CHECK(kept.marks.find("/a/f") == "{\"size\":3}");
  CHECK(kept.marks.find("/b/f") == "{\"size\":2}");
  CHECK_FALSE(kept.marks.find("/a"));
}

TEST_CASE("marks are closed to other users") {
  Kept kept;
  kept.marks.remember("/a/f", "{}");
  for (const auto& file : std::filesystem::directory_iterator(kept.folder / "state/xget")) {
    struct stat status {};
    REQUIRE(::stat(file.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a line that a crash has torn harms no other") {
  Kept kept;
  kept.marks.remember("/a/f", "{\"size\":1}");
  for (const auto& file : std::filesystem::directory_iterator(kept.folder / "state/xget")) {
    std::filesystem::resize_file(file, file.file_size() - 4);
  }
  CHECK(kept.marks.find("/a/f") == "{\"size\"");  // which is no mark
  kept.marks.remember("/a/f", "{\"size\":2}");
  CHECK(kept.marks.find("/a/f") == "{\"size\":2}");
}

TEST_CASE("very many marks keep their bound, and the newest") {
  Kept kept;
  const std::string mark(1000, 'm');
  for (int i = 0; i < 6000; ++i) kept.marks.remember("/f" + std::to_string(i), mark);
  CHECK(kept.bytes() <= 16 * (FinishedFiles::kMostShardBytes + FinishedFiles::kMostLineBytes));
  for (int i = 5900; i < 6000; ++i) CHECK(kept.marks.find("/f" + std::to_string(i)) == mark);
  CHECK_FALSE(kept.marks.find("/f0"));
  kept.marks.remember("/long", std::string(FinishedFiles::kMostLineBytes, 'm'));
  CHECK_FALSE(kept.marks.find("/long"));
}

TEST_CASE("several processes keep marks at once without mixing or losing them") {
  Kept kept;
  const std::string mark(300, 'm');
  const auto keep = [&](const std::string& name) {
    store::PosixFileSystem files;
    FinishedFiles marks(files, kept.folder / "state/xget");
    for (int i = 0; i < 300; ++i) marks.remember(name + std::to_string(i), mark);
  };
  std::thread one([&] { keep("/one"); });
  std::thread two([&] { keep("/two"); });
  one.join();
  two.join();
  for (int i = 0; i < 300; ++i) {
    CHECK(kept.marks.find("/one" + std::to_string(i)) == mark);
    CHECK(kept.marks.find("/two" + std::to_string(i)) == mark);
  }
}

TEST_CASE("a file's own mark goes before the one that is kept elsewhere") {
  Kept kept;
  std::ofstream(kept.folder / "f") << "bytes";
  const auto folder = *kept.files.open_folder(kept.folder / "");
  const auto file = *folder->open("f", core::Access::ReadWrite);
  const auto size_by = [&](FinishedFiles* elsewhere) {
    const auto mark = store::find_mark(*file, *folder, "f", elsewhere);
    return mark ? std::optional(mark->size) : std::nullopt;
  };
  CHECK_FALSE(size_by(&kept.marks));
  kept.marks.remember(*store::known_path_of(*folder, "f"), serialise(store::OriginMark{.size = 1}));
  CHECK(size_by(&kept.marks) == 1);
  CHECK_FALSE(size_by(nullptr));
  const store::OriginMark own{.size = 2};
  if (!file->set_attribute(store::kOriginMarkAttribute, serialise(own))) return;
  CHECK(size_by(&kept.marks) == 2);
  CHECK(size_by(nullptr) == 2);
}
