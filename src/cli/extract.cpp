#include "exchange/extract.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands.hpp"
#include "cli/known_good.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "portal/pages/threat_found.hpp"

/// The command `extract`.
namespace tocsin::cli {
namespace {

namespace document = formats::document;

std::string text_of(const exchange::Extracted& found) {
  std::string out;
  for (const auto& each : found.document.attachments) {
    out += fmt::format("attachment {} ({}, {} bytes)\n", each.name, each.media_type, each.bytes);
  }
  for (const auto& hit : found.hits) {
    out += fmt::format("{} {}  ({})", formats::threat_text::to_string(hit.found.kind),
                       formats::threat_text::spelled(hit.found), portal::pages::place_text(hit));
    if (hit.reserve != document::Reserve::none) out += fmt::format(" - {}", portal::pages::reserve_text(hit));
    out += '\n';
  }
  if (found.document.cut) out += "There is more than is read.\n";
  return out;
}

Result<exchange::Extracted> look_into(const std::string& path, std::optional<document::Format> format) {
  TRY(const auto bytes, read_file(path, document::kDocumentBytesMax, "the file cannot be read"));
  auto found = exchange::extract(bytes, path, format);
  if (!found) return in_file(path, std::move(found).error());
  return found;
}

}  // namespace

int run_extract(const CommandLine& line) {
  const auto& asked = line.extract;
  const auto format = document::parse_format(asked.format);
  if (!asked.known_good.empty()) {
    if (const auto loaded = load_known_good_of(asked.known_good); !loaded) return fail(loaded.error(), line.json);
  } else if (!line.location.folder.empty()) {
    load_known_good(line.location.folder);
  }
  boost::json::array files;
  for (const auto& path : asked.files) {
    const auto found = look_into(path, format);
    if (!found) return fail(found.error(), line.json);
    if (line.json) {
      auto object = portal::pages::found_json(*found);
      object["file"] = path;
      files.push_back(std::move(object));
      continue;
    }
    if (asked.files.size() > 1) print(safe_text(fmt::format("{}:\n", path)));
    print(safe_text(text_of(*found)));
    if (found->hits.empty()) print("Nothing was found.\n");
  }
  if (line.json) print_json({{"files", std::move(files)}});
  return kGood;
}

}  // namespace tocsin::cli
