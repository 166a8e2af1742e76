#include "cli/match_evidence.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/one_document.hpp"
#include "formats/epss/epss.hpp"
#include "formats/kev/kev.hpp"

namespace tocsin::cli {
namespace {

constexpr std::size_t kTableBytesMax = std::size_t{16} << 20;

Result<formats::kev::Catalogue> read_kev(const std::string& bytes) {
  if (formats::kev::recognise_csv(bytes)) return formats::kev::read_csv(bytes);
  TRY(const auto parsed, json::parse(bytes));
  return formats::kev::read_json(parsed.root());
}

}  // namespace

Result<engine::exposure::Rules> read_rules(const std::string& name_or_file) {
  using engine::exposure::Rules;
  if (std::ranges::find(Rules::built_in_names(), name_or_file) != Rules::built_in_names().end()) {
    return Rules::built_in(name_or_file);
  }
  TRY(const auto bytes, read_file(name_or_file, kTableBytesMax,
                                  fmt::format("is neither a file nor a built-in decision table ({})",
                                              fmt::join(Rules::built_in_names(), ", "))));
  if (bytes.size() > kTableBytesMax) return Error::too_large("The decision table", kTableBytesMax, name_or_file);
  auto rules = Rules::read(bytes);
  if (!rules) return in_file(name_or_file, rules.error());
  return rules;
}

Result<engine::evidence::Book> read_evidence(const MatchOptions& options) {
  engine::evidence::Book book;
  if (!options.kev.empty()) {
    TRY(const auto bytes, read_one_document(options.kev));
    const auto catalogue = read_kev(bytes);
    if (!catalogue) return in_file(options.kev, catalogue.error());
    book.add(*catalogue);
  }
  if (!options.epss.empty()) {
    TRY(const auto bytes, read_one_document(options.epss));
    auto scores = formats::epss::read(bytes);
    if (!scores) return in_file(options.epss, scores.error());
    if (!scores->date) scores->date = formats::epss::date_of_name(options.epss);
    book.add(*scores);
  }
  return book;
}

}  // namespace tocsin::cli
