#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "formats/csaf/convert/steps.hpp"

/// The parts of the conversion from 2.1 back to 2.0; each changes the document in place and adds notes. Internal to
/// convert/.
namespace tocsin::formats::csaf::convert {

/// What products and groups are called, for what can only be said in words.
class Wording {
 public:
  explicit Wording(boost::json::value& root);
  const Groups& groups() const noexcept { return groups_; }
  /// "Lamp 2, Lamp 3 and 4 others".
  std::string names_of(const std::vector<std::string>& products) const;
  /// "Applies to: Lamp 2." for product_ids and group_ids of an item; empty where it has none.
  std::string applies_to(boost::json::value& item) const;

 private:
  std::map<std::string, std::string, std::less<>> names_;
  Groups groups_;
};

void add_note(boost::json::object& parent, std::string_view category, std::string_view title, const std::string& text);
/// product_ids and group_ids of a note become words.
void unbind_notes(boost::json::value& parent, const std::string& path, const Wording& wording, Notes& notes);

void write_document_2_0(boost::json::value& root, const Wording& wording, Notes& notes);
void write_product_tree_2_0(boost::json::value& root, Notes& notes);
void write_vulnerabilities_2_0(boost::json::value& root, const Wording& wording, Notes& notes);
/// metrics become scores, references, notes and threats.
void write_metrics_2_0(boost::json::value& vulnerability, const std::string& path, const Wording& wording,
                       Notes& notes);

}  // namespace tocsin::formats::csaf::convert
