#include "formats/purl/purl.hpp"

#include "base/json.hpp"
#include "cli/columns.hpp"
#include "cli/commands.hpp"

namespace tocsin::cli {
namespace {

boost::json::value or_null(const std::string& text) {
  return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

Result<std::string> parts(std::string_view typed) {
  const auto purl = formats::purl::parse(typed);
  if (!purl) return purl.error();
  boost::json::object object;
  object.emplace("purl", formats::purl::to_text(*purl));
  object.emplace("type", purl->type);
  object.emplace("namespace", or_null(purl->name_space));
  object.emplace("name", purl->name);
  object.emplace("version", or_null(purl->version));
  boost::json::object qualifiers;
  for (const auto& [key, value] : purl->qualifiers) qualifiers.emplace(key, value);
  object.emplace("qualifiers", purl->qualifiers.empty() ? boost::json::value(nullptr) : boost::json::value(qualifiers));
  object.emplace("subpath", or_null(purl->subpath));
  return json::write(object);
}

}  // namespace

int run_purl(const CommandLine& line) {
  return answer_all(line.texts, 1, [](Columns columns) { return parts(columns[0]); });
}

}  // namespace tocsin::cli
