#include "cli/known_good.hpp"

#include <algorithm>
#include <filesystem>

#include "base/log.hpp"
#include "cli/one_document.hpp"

namespace tocsin::cli {

namespace fs = std::filesystem;

KnownGoodLists read_known_good(const std::string& data_folder) {
  KnownGoodLists out{.lists = std::make_shared<formats::threat_text::KnownGood>(), .files = 0, .problems = {}};
  std::vector<fs::path> paths;
  std::error_code failure;
  for (fs::recursive_directory_iterator each(fs::path{data_folder} / kKnownGoodFolder, failure), end;
       !failure && each != end; each.increment(failure)) {
    const auto ending = each->path().extension();
    std::error_code ignored;
    if ((ending == ".json" || ending == ".txt" || ending == ".csv") && each->is_regular_file(ignored)) {
      paths.push_back(each->path());
    }
  }
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    auto bytes = read_file(path.string(), kKnownGoodBytesMax, "the list cannot be read");
    if (bytes && bytes->size() > kKnownGoodBytesMax) bytes = Error::too_large("The list", kKnownGoodBytesMax);
    auto added = bytes ? out.lists->add(*bytes) : Result<std::size_t>{Error{bytes.error()}};
    if (added) {
      ++out.files;
    } else {
      out.problems.push_back(in_file(path.string(), std::move(added).error()));
    }
  }
  return out;
}

void load_known_good(const std::string& data_folder) {
  auto read = read_known_good(data_folder);
  for (const auto& each : read.problems) {
    log::warn("known_good.left_out", {{"file", each.where}, {"message", each.message}});
  }
  if (read.files > 0) log::info("known_good.loaded", {{"files", read.files}, {"values", read.lists->size()}});
  formats::threat_text::install_known_good(std::move(read.lists));
}

}  // namespace tocsin::cli
