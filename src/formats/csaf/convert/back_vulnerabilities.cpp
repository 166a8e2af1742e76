#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "formats/csaf/convert/back_steps.hpp"
#include "formats/cwe/cwe.hpp"

/// The part of the conversion to 2.0 that concerns vulnerabilities, but for their metrics.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

void rename(object& members, std::string_view from, std::string_view to) {
  auto* member = members.if_contains(from);
  if (member == nullptr) return;
  auto kept = std::move(*member);
  members.stable_erase(from);
  members[to] = std::move(kept);
}

class Vulnerability {
 public:
  Vulnerability(value& item, std::string path, const Wording& wording, const std::string& day, Notes& notes)
      : item_(item), members_(item.get_object()), path_(std::move(path)), wording_(wording), day_(day), notes_(notes) {}

  void write() {
    unbind_notes(item_, path_, wording_, notes_);
    write_ids();
    write_weaknesses();
    rename(members_, "disclosure_date", "release_date");
    write_exploitation();
    write_involvements();
    // Before the metrics: they are compared with the products that have a status in 2.0.
    write_status();
    write_metrics_2_0(item_, path_, wording_, notes_);
    write_remediations();
  }

 private:
  array* list_at(std::string_view key) { return find_array(item_, key); }

  void write_ids() {
    auto* ids = list_at("ids");
    if (ids == nullptr) return;
    for (std::size_t i = 0; i < ids->size(); ++i) {
      auto* id = (*ids)[i].if_object();
      if (id == nullptr || (!id->contains("product_ids") && !id->contains("group_ids"))) continue;
      notes_.lose(fmt::format("{}/ids/{}", path_, i),
                  tr<"which products the id '{}' is about">(text::shorten(text_of(id->if_contains("text")), 80)));
      id->stable_erase("product_ids");
      id->stable_erase("group_ids");
    }
    drop_repeated(*ids);
  }

  void write_weaknesses() {
    auto* found = list_at("cwes");
    if (found == nullptr) return;
    auto list = std::move(*found);
    members_.stable_erase("cwes");
    if (list.empty()) return;
    const auto id = text_of(find(list[0], "id"));
    const auto name = text_of(find(list[0], "name"));
    const auto version = text_of(find(list[0], "version"));
    if (cwe::version_that_matches(id, name, day_) != version) {
      notes_.lose(path_ + "/cwes/0/version", tr<"that {} is from CWE {}">(id, version));
    }
    object first;
    first["id"] = id;
    first["name"] = name;
    members_["cwe"] = std::move(first);
    if (list.size() == 1) return;
    std::string text;
    for (std::size_t i = 1; i < list.size(); ++i) {
      text += fmt::format("{}{}: {} (CWE {})", text.empty() ? "" : "\n", text_of(find(list[i], "id")),
                          text_of(find(list[i], "name")), text_of(find(list[i], "version")));
    }
    add_note(members_, "other", "Further weaknesses", text);
    notes_.lose(path_ + "/cwes", tr<"{} of {} weaknesses as such; a note names them">(list.size() - 1, list.size()));
  }

  void write_exploitation() {
    auto* found = list_at("first_known_exploitation_dates");
    if (found == nullptr) return;
    auto list = std::move(*found);
    members_.stable_erase("first_known_exploitation_dates");
    for (auto& each : list) {
      object threat;
      threat["category"] = "exploit_status";
      threat["date"] = text_of(find(each, "date"));
      threat["details"] = fmt::format("First known exploitation: {}.", text_of(find(each, "exploitation_date")));
      for (const auto* key : {"group_ids", "product_ids"}) {
        if (auto* ids = find(each, key); ids != nullptr) threat[key] = std::move(*ids);
      }
      add_threat(std::move(threat));
    }
    notes_.lose(path_ + "/first_known_exploitation_dates",
                tr<"dates of first known exploitation as such; they became threats of category exploit_status">());
  }

  void add_threat(object threat) {
    if (!members_.contains("threats")) members_["threats"].emplace_array();
    members_["threats"].get_array().push_back(std::move(threat));
  }

  void write_involvements() {
    auto* involvements = list_at("involvements");
    if (involvements == nullptr) return;
    for (std::size_t i = 0; i < involvements->size(); ++i) {
      auto& each = (*involvements)[i];
      auto* involvement = each.if_object();
      if (involvement == nullptr) continue;
      auto summary = text_of(involvement->if_contains("summary"));
      const auto before = summary.size();
      const auto append = [&](const std::string& words) { summary += (summary.empty() ? "" : "\n") + words; };
      const auto place = fmt::format("{}/involvements/{}", path_, i);
      if (involvement->contains("contact")) {
        append("Contact: " + text_of(involvement->if_contains("contact")));
        notes_.lose(place + "/contact", tr<"the contact as such; the summary names it">());
      }
      if (involvement->contains("product_ids") || involvement->contains("group_ids")) {
        if (const auto words = wording_.applies_to(each); !words.empty()) append(words);
        notes_.lose(place, tr<"which products the involvement is about; the summary names them">());
      }
      for (const auto* key : {"contact", "group_ids", "product_ids"}) involvement->stable_erase(key);
      if (summary.size() > before) (*involvement)["summary"] = summary;
    }
    drop_repeated(*involvements);
  }

  void write_status() {
    auto* status = find_object(item_, "product_status");
    if (status == nullptr) return;
    const auto unknown = ids_of(status->if_contains("unknown"));
    status->stable_erase("unknown");
    if (status->empty()) members_.stable_erase("product_status");
    if (unknown.empty()) return;
    add_note(members_, "other", "Product status unknown",
             fmt::format("It is not known whether these are affected, and nobody investigates it: {}.",
                         wording_.names_of(unknown)));
    notes_.lose(path_ + "/product_status/unknown", tr<"that the status of products is unknown; a note names them">());
  }

  /// optional_patch came from a vendor_fix for products that need none: there it becomes one again.
  void write_remediations() {
    auto* found = list_at("remediations");
    if (found == nullptr) return;
    const auto safe = safe_products();
    array list;
    for (std::size_t i = 0; i < found->size(); ++i) {
      auto& each = (*found)[i];
      const auto place = fmt::format("{}/remediations/{}/category", path_, i);
      const auto category = text_of(find(each, "category"));
      if (category == "fix_planned") {
        each.get_object()["category"] = "none_available";
        notes_.lose(place, tr<"that a fix is planned; the category became 'none_available'">());
      } else if (category == "optional_patch") {
        each.get_object()["category"] = "vendor_fix";
        const auto products = products_of(each, wording_.groups());
        const bool is_found_again =
            !products.empty() && std::ranges::all_of(products, [&](const auto& id) { return safe.contains(id); });
        if (!is_found_again) {
          notes_.lose(place, tr<"that the patch is optional; the category became 'vendor_fix'">());
        } else if (!list.empty() && joined(list.back(), each, products)) {
          continue;
        }
      }
      list.push_back(std::move(each));
    }
    *found = std::move(list);
  }

  std::set<std::string, std::less<>> safe_products() {
    std::set<std::string, std::less<>> safe;
    auto* status = find(item_, "product_status");
    if (status == nullptr) return safe;
    for (const auto* key : {"known_not_affected", "fixed", "first_fixed"}) {
      for (auto& id : ids_of(find(*status, key))) safe.insert(std::move(id));
    }
    return safe;
  }

  /// Puts the products to a remediation that is the same but for them, as it was before the way there split it.
  bool joined(value& before, value& now, const std::vector<std::string>& products) {
    const auto without_products = [](const value& remediation) {
      object copy = remediation.get_object();
      copy.stable_erase("product_ids");
      copy.stable_erase("group_ids");
      return copy;
    };
    if (without_products(before) != without_products(now)) return false;
    auto& members = before.get_object();
    auto ids = ids_of(members.if_contains("product_ids"));
    std::set<std::string, std::less<>> seen{ids.begin(), ids.end()};
    for (const auto& id : products) {
      if (seen.insert(id).second) ids.push_back(id);
    }
    members["product_ids"] = to_array(ids);
    return true;
  }

  value& item_;
  object& members_;
  std::string path_;
  const Wording& wording_;
  const std::string& day_;
  Notes& notes_;
};

}  // namespace

void write_vulnerabilities_2_0(value& root, const Wording& wording, Notes& notes) {
  auto* list = find_array(root, "vulnerabilities");
  if (list == nullptr) return;
  std::string day;
  if (const auto* date = json::at_pointer(root, "/document/tracking/current_release_date"); date != nullptr) {
    if (const auto time = parse_rfc3339(text_of(date)); time) day = format_date(*time);
  }
  array kept;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto& each = (*list)[i];
    if (!each.is_object()) continue;
    Vulnerability{each, fmt::format("/vulnerabilities/{}", i), wording, day, notes}.write();
    // Nothing that 2.0 has a word for was said of it, and an empty object is not allowed.
    if (!each.get_object().empty()) kept.push_back(std::move(each));
  }
  if (kept.empty()) {
    root.get_object().stable_erase("vulnerabilities");
  } else {
    *list = std::move(kept);
  }
}

}  // namespace tocsin::formats::csaf::convert
