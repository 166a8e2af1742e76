#include <set>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "engine/threat/report.hpp"
#include "engine/threat/report_parts.hpp"
#include "engine/threat/threats.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/pattern.hpp"
#include "store/records.hpp"

/// A report as a file: with what it refers to.
namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
namespace threat_text = formats::threat_text;

/// A UUID of version 4 that follows from a text: the same file has the same id.
std::string uuid_of(std::string_view text) {
  auto hex = sha256_hex(text).substr(0, 32);
  hex[12] = '4';
  hex[16] = '8';
  for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, "-");
  return hex;
}

class Collector {
 public:
  void add(std::string bytes, domain::Tlp tlp) {
    stix::TapeReader reader;
    const auto root = reader.read(bytes, {});
    if (!root) return;
    const auto facts = stix::read_facts(*root);
    if (!ids_.emplace(facts.id).second) return;
    if (facts.type == "indicator" && (facts.pattern_type.empty() || facts.pattern_type == "stix")) {
      observables(facts.pattern, tlp);
    }
    objects_.push_back(std::move(bytes));
  }

  std::string write() {
    for (auto& each : observables_) objects_.push_back(std::move(each));
    std::string all;
    for (const auto& id : ids_) all += id + " ";
    return stix::write_bundle(uuid_of(all), objects_);
  }

 private:
  /// For those who hold values, but no patterns, against what they see.
  void observables(std::string_view text, domain::Tlp tlp) {
    const auto pattern = stix::parse_pattern(text);
    if (!pattern) return;
    for (const auto& each : stix::equal_values(*pattern)) {
      const auto found = threat_text::read_one(each.value);
      if (!found || !threat_text::is_observable(found->kind) || found->value != each.value) continue;
      const auto object = stix::write_observable(*found, level_of(tlp));
      if (ids_.emplace(std::string_view{object.at("id").get_string()}).second) {
        observables_.push_back(json::write(object));
      }
    }
  }

  std::set<std::string, std::less<>> ids_;
  std::vector<std::string> objects_, observables_;
};

}  // namespace

Result<std::string> bundle_of(store::Connection& connection, const domain::policy::Viewer& viewer, const Threat& threat,
                              Timestamp now) {
  Collector collector;
  std::vector<std::string> ids;
  {
    stix::TapeReader reader;
    TRY(const auto root, reader.read(threat.bytes, {}));
    for (const auto& each : stix::read_facts(root).references) {
      const bool wanted = each.property == "created_by_ref" ||
                          (each.property == "object_refs" && threat.record.key.starts_with("report--"));
      if (wanted && each.id != threat.record.key) ids.emplace_back(each.id);
    }
  }
  collector.add(threat.bytes, threat.record.tlp);
  store::Records records{connection};
  for (std::size_t begin = 0; begin < ids.size(); begin += store::Sql::kListMax) {
    const auto part = std::span{ids}.subspan(begin, std::min(store::Sql::kListMax, ids.size() - begin));
    TRY(const auto rows, among(connection, viewer, part, now));
    for (const auto& row : rows) {
      TRY(const auto record, records.load(row.record));
      if (!record) continue;
      TRY(auto bytes, records.document(record->id, record->current_revision));
      if (bytes) collector.add(*std::move(bytes), record->tlp);
    }
  }
  return collector.write();
}

}  // namespace tocsin::engine::threat
