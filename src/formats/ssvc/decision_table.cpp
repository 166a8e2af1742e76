#include "formats/ssvc/decision_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/ssvc/ssvc.hpp"

namespace tocsin::formats::ssvc {
namespace {

constexpr std::size_t kNameBytesMax = 1000;
constexpr std::string_view kSchemaVersion = "2.0.0";
constexpr std::uint8_t kNoOutcome = 255;

Result<std::string> need_text(const boost::json::value& object, std::string_view member, std::string_view where) {
  const auto* found = json::find(object, member);
  const auto at = json::pointer_append(where, member);
  if (found == nullptr) return Error::invalid("The member is missing", at);
  if (!found->is_string() || found->get_string().empty() || found->get_string().size() > kNameBytesMax) {
    return Error::invalid(fmt::format("A text of 1 to {} bytes was expected", kNameBytesMax), at);
  }
  return std::string{std::string_view{found->get_string()}};
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The schema's pattern of keys; "T*" is the one exception that it makes.
bool is_key(std::string_view key) noexcept {
  if (key == "T*") return true;
  return !key.empty() && is_letter_or_digit(key.front()) && is_letter_or_digit(key.back()) &&
         std::ranges::all_of(key, [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

/// "1.0.0", perhaps with what semantic versions may have behind it.
bool is_version(std::string_view version) noexcept {
  const auto core = version.substr(0, version.find_first_of("-+"));
  const auto parts = text::split(core, '.');
  return parts.size() == 3 && std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && part.size() < 10 && (part.size() == 1 || part[0] != '0') &&
                  std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
         });
}

struct Identity {
  std::string name_space, key, version, name;
};
Result<Identity> read_identity(const boost::json::value& object, std::string_view where) {
  Identity identity;
  if (!object.is_object()) return Error::invalid("An object was expected", std::string{where});
  TRY(identity.name_space, need_text(object, "namespace", where));
  TRY(identity.key, need_text(object, "key", where));
  TRY(identity.version, need_text(object, "version", where));
  TRY(identity.name, need_text(object, "name", where));
  TRY(const auto schema, need_text(object, "schemaVersion", where));
  if (schema != kSchemaVersion) {
    return Error::invalid(
        fmt::format("Version '{}' of the schema is not known here; {} is", text::shorten(schema, 40), kSchemaVersion),
        json::pointer_append(where, "schemaVersion"));
  }
  if (!is_key(identity.key)) {
    return Error::invalid("A key is letters, digits and inner underscores", json::pointer_append(where, "key"));
  }
  if (!is_version(identity.version)) {
    return Error::invalid("A version is written 1.0.0", json::pointer_append(where, "version"));
  }
  return identity;
}

/// What the registry knows under this name has these values and no others.
Status check_registered(const TablePoint& point, const std::string& where) {
  const auto name_space = read_namespace(point.name_space);
  if (name_space.standing != Standing::registered) return ok();
  const auto* known = find_decision_point(name_space.base, point.key, point.version);
  // The registry moves on; what it does not know yet, the document may.
  if (known == nullptr) return ok();
  const bool same = std::ranges::equal(known->values, point.values, {}, &Value::key, &TableValue::key);
  if (same) return ok();
  return Error::invalid(fmt::format("{} is a registered decision point, and has other values there", point.id), where);
}

Result<TablePoint> read_point(const boost::json::value& object, std::string_view id, const std::string& where) {
  TRY(auto identity, read_identity(object, where));
  TablePoint point{.id = std::string{id},
                   .name_space = std::move(identity.name_space),
                   .key = std::move(identity.key),
                   .version = std::move(identity.version),
                   .name = std::move(identity.name),
                   .values = {}};
  const auto at = json::pointer_append(where, "values");
  const auto& values = json::array_at(object, "values");
  if (values.empty() || values.size() > kTableValuesMax) {
    return Error::invalid(fmt::format("A decision point has 1 to {} values", kTableValuesMax), at);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto place = json::pointer_append(at, i);
    if (!values[i].is_object()) return Error::invalid("An object was expected", place);
    TableValue value;
    TRY(value.key, need_text(values[i], "key", place));
    TRY(value.name, need_text(values[i], "name", place));
    if (!is_key(value.key)) return Error::invalid("A key is letters, digits and inner underscores", place + "/key");
    if (point.find(value.key)) return Error::invalid(fmt::format("The value '{}' stands twice", value.key), place);
    point.values.push_back(std::move(value));
  }
  TRY_VOID(check_registered(point, where));
  return point;
}

/// "ssvc:E:1.1.0=N, ssvc:A:2.0.0=Y"
std::string combination(const DecisionTable& table, std::size_t index) {
  std::string out;
  for (auto point = table.inputs.rbegin(); point != table.inputs.rend(); ++point) {
    out.insert(
        0, fmt::format("{}={}{}", point->id, point->values[index % point->values.size()].key, out.empty() ? "" : ", "));
    index /= point->values.size();
  }
  return out;
}

Status read_rows(const boost::json::value& root, DecisionTable& table) {
  std::size_t combinations = 1;
  for (const auto& point : table.inputs) {
    combinations *= point.values.size();
    if (combinations > kTableRowsMax) {
      return Error::invalid(fmt::format("The table has more than {} combinations", text::thousands(kTableRowsMax)),
                            "/decision_points");
    }
  }
  const auto* mapping = json::find(root, "mapping");
  if (mapping == nullptr || !mapping->is_array()) return Error::invalid("The rows are missing", "/mapping");
  const auto& rows = mapping->get_array();
  if (rows.size() > kTableRowsMax) return Error::invalid("The table has too many rows", "/mapping");
  table.outcomes.assign(combinations, kNoOutcome);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto where = json::pointer_append("/mapping", i);
    if (!rows[i].is_object()) return Error::invalid("An object was expected", where);
    const auto value_of = [&](const TablePoint& point) -> Result<std::size_t> {
      const auto* found = json::find(rows[i], point.id);
      if (found == nullptr || !found->is_string()) {
        return Error::invalid(fmt::format("The row has no value of {}", point.id), where);
      }
      const std::string_view key{found->get_string()};
      if (const auto at = point.find(key)) return *at;
      std::vector<std::string> keys;
      for (const auto& value : point.values) keys.push_back(value.key);
      return Error::invalid(fmt::format("'{}' is no value of {} ({}); there are {}", text::shorten(key, 40), point.id,
                                        point.name, fmt::join(keys, ", ")),
                            json::pointer_append(where, point.id));
    };
    std::size_t index = 0;
    for (const auto& point : table.inputs) {
      TRY(const auto value, value_of(point));
      index = index * point.values.size() + value;
    }
    TRY(const auto outcome, value_of(table.outcome));
    if (rows[i].get_object().size() != table.inputs.size() + 1) {
      return Error::invalid("The row has a member that is none of the decision points", where);
    }
    if (table.outcomes[index] != kNoOutcome) {
      return Error::invalid(fmt::format("The combination stands twice: {}", combination(table, index)), where);
    }
    table.outcomes[index] = static_cast<std::uint8_t>(outcome);
  }
  const auto missing = std::ranges::find(table.outcomes, kNoOutcome);
  if (missing != table.outcomes.end()) {
    const auto count = std::ranges::count(table.outcomes, kNoOutcome);
    return Error::invalid(fmt::format("{} of {} combinations have no row; the first is {}", count, combinations,
                                      combination(table, static_cast<std::size_t>(missing - table.outcomes.begin()))),
                          "/mapping");
  }
  return ok();
}

}  // namespace

std::optional<std::size_t> TablePoint::find(std::string_view value_key) const noexcept {
  const auto found = std::ranges::find(values, value_key, &TableValue::key);
  if (found == values.end()) return std::nullopt;
  return static_cast<std::size_t>(found - values.begin());
}

std::string DecisionTable::id() const { return fmt::format("{}:{}:{}", name_space, key, version); }

std::size_t DecisionTable::decide(std::span<const std::size_t> values) const noexcept {
  std::size_t index = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) index = index * inputs[i].values.size() + values[i];
  return outcomes[index];
}

Result<DecisionTable> read_decision_table(const boost::json::value& root) {
  TRY(auto identity, read_identity(root, ""));
  DecisionTable table;
  table.name_space = std::move(identity.name_space);
  table.key = std::move(identity.key);
  table.version = std::move(identity.version);
  table.name = std::move(identity.name);
  TRY(const auto outcome, need_text(root, "outcome", ""));
  const auto* points = json::find(root, "decision_points");
  if (points == nullptr || !points->is_object()) {
    return Error::invalid("The decision points are missing", "/decision_points");
  }
  if (points->get_object().size() > kTablePointsMax) {
    return Error::invalid(fmt::format("There are more than {} decision points", kTablePointsMax), "/decision_points");
  }
  bool has_outcome = false;
  for (const auto& [id, object] : points->get_object()) {
    TRY(auto point, read_point(object, id, json::pointer_append("/decision_points", id)));
    if (id == outcome) {
      table.outcome = std::move(point);
      has_outcome = true;
    } else {
      table.inputs.push_back(std::move(point));
    }
  }
  if (!has_outcome) {
    return Error::invalid(fmt::format("'{}' is none of the decision points", text::shorten(outcome, 80)), "/outcome");
  }
  if (table.inputs.empty()) {
    return Error::invalid("A table decides by one decision point or more beside its outcome", "/decision_points");
  }
  TRY_VOID(read_rows(root, table));
  return table;
}

}  // namespace tocsin::formats::ssvc
