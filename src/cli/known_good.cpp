#include "cli/known_good.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"

namespace tocsin::cli {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> lists_below(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code failure;
  for (fs::recursive_directory_iterator each(folder, failure), end; !failure && each != end; each.increment(failure)) {
    const auto ending = each->path().extension();
    std::error_code ignored;
    if ((ending == ".json" || ending == ".txt" || ending == ".csv") && each->is_regular_file(ignored)) {
      paths.push_back(each->path());
    }
  }
  std::ranges::sort(paths);
  return paths;
}

KnownGoodLists read_lists(const std::vector<fs::path>& paths) {
  KnownGoodLists out{
      .lists = std::make_shared<formats::threat_text::KnownGood>(), .files = 0, .problems = {}, .left_out = {}};
  for (const auto& path : paths) {
    auto bytes = read_file(path.string(), kKnownGoodBytesMax, "the list cannot be read");
    if (bytes && bytes->size() > kKnownGoodBytesMax) bytes = Error::too_large("The list", kKnownGoodBytesMax);
    auto added = bytes ? out.lists->add(*bytes) : Result<formats::threat_text::KnownGood::Added>{Error{bytes.error()}};
    if (!added) {
      out.problems.push_back(in_file(path.string(), std::move(added).error()));
      continue;
    }
    ++out.files;
    if (added->left_out > 0) {
      const auto count = text::count_of(static_cast<long long>(added->left_out), "pattern is", "patterns are");
      const auto* which = added->left_out == 1 ? "" : "the first: ";
      out.left_out.push_back(
          in_file(path.string(), Error::invalid(fmt::format("{} not read: {}{}", count, which, added->why))));
    }
  }
  return out;
}

void install(KnownGoodLists read) {
  for (const auto* some : {&read.problems, &read.left_out}) {
    for (const auto& each : *some) {
      log::warn("known_good.left_out", {{"file", each.where}, {"message", each.message}});
    }
  }
  if (read.files > 0) log::info("known_good.loaded", {{"files", read.files}, {"values", read.lists->size()}});
  formats::threat_text::install_known_good(std::move(read.lists));
}

}  // namespace

KnownGoodLists read_known_good(const std::string& data_folder) {
  return read_lists(lists_below(fs::path{data_folder} / kKnownGoodFolder));
}

void load_known_good(const std::string& data_folder) { install(read_known_good(data_folder)); }

Status load_known_good_of(const std::string& path) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(path, ignored);
  const auto paths = is_folder ? lists_below(path) : std::vector<fs::path>{path};
  if (paths.empty()) return Error::invalid("holds no list: no file ends in .json, .txt or .csv", path);
  auto read = read_lists(paths);
  if (!read.problems.empty()) return std::move(read.problems.front());
  for (const auto& each : read.left_out) complain(each.to_string());
  install(std::move(read));
  return ok();
}

}  // namespace tocsin::cli
