#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/inventory/sbom.hpp"

namespace tocsin::formats::inventory {
namespace {

/// "Organization: Example Inc. (contact@example.com)" is "Example Inc."; NOASSERTION says nothing.
std::string actor(std::string_view text) {
  text = text::trim(text);
  if (text == "NOASSERTION" || text == "NONE") return {};
  for (const std::string_view kind : {"Organization:", "Person:", "Tool:"}) {
    if (text.starts_with(kind)) text.remove_prefix(kind.size());
  }
  // The address stands in the last brackets; names have brackets, too.
  if (const auto open = text.rfind('('); open != std::string_view::npos && text::trim(text).ends_with(')')) {
    const auto inside = text.substr(open + 1);
    if (inside.find('@') != std::string_view::npos || text::trim(inside) == ")") text = text.substr(0, open);
  }
  return std::string{text::trim(text)};
}

bool asserts(std::string_view text) { return !text.empty() && text != "NOASSERTION" && text != "NONE"; }

void take_reference(Item& item, std::string_view type, std::string_view locator) {
  locator = text::trim(locator);
  if (type == "purl") item.purls.emplace_back(locator);
  // The newer notation says more.
  if (type == "cpe23Type" || (type == "cpe22Type" && item.cpe.empty())) item.cpe = locator;
}

/// A version says of what it is once the package has said what it is.
void finish(Item& item, const std::string& purpose, const std::string& version) {
  const auto folded = text::lower_ascii(purpose);
  if (asserts(version)) add_version(item, folded == "firmware" ? "firmware" : "", version);
  if (!folded.empty()) item.others.emplace_back("type", folded);
}

Error none() { return Error::invalid("The document describes no package"); }
Error too_many() { return Error::invalid(fmt::format("The document describes more than {} packages", kItemsMax)); }
Error other_version(std::string_view version) {
  return Error::invalid(fmt::format("is no SPDX 2.x, but says spdxVersion '{}'", text::shorten(version, 40)),
                        "spdxVersion");
}

}  // namespace

Result<std::vector<Item>> read_spdx(const boost::json::value& root, std::string* about) {
  using json::string_at;
  if (const auto version = string_at(root, "spdxVersion"); !version.starts_with("SPDX-2."))
    return other_version(version);
  if (const auto name = text::trim(string_at(root, "name")); about != nullptr && !name.empty()) *about = name;
  std::vector<Item> items;
  for (const auto& package : json::array_at(root, "packages")) {
    if (items.size() == kItemsMax) return too_many();
    auto& item = items.emplace_back();
    item.row = items.size();
    item.key = text::trim(string_at(package, "SPDXID"));
    item.product = text::trim(string_at(package, "name"));
    item.vendor = actor(string_at(package, "originator"));
    if (item.vendor.empty()) item.vendor = actor(string_at(package, "supplier"));
    for (const auto& reference : json::array_at(package, "externalRefs")) {
      take_reference(item, string_at(reference, "referenceType"), string_at(reference, "referenceLocator"));
    }
    for (const auto& sum : json::array_at(package, "checksums")) {
      add_hash(item, string_at(sum, "algorithm"), string_at(sum, "checksumValue"));
    }
    finish(item, std::string{string_at(package, "primaryPackagePurpose")},
           std::string{text::trim(string_at(package, "versionInfo"))});
  }
  if (items.empty()) return none();
  return items;
}

Result<std::vector<Item>> read_spdx_tags(std::string_view text, std::string* about) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Item> items;
  Item item;
  std::string supplier, purpose, version;
  bool in_package = false, has_version = false;
  const auto close = [&] {
    if (!in_package) return;
    if (item.vendor.empty()) item.vendor = supplier;
    finish(item, purpose, version);
    items.push_back(std::move(item));
    item = {};
    supplier.clear();
    purpose.clear();
    version.clear();
    in_package = false;
  };
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.find('\n', at), text.size());
    auto line = text::trim(text.substr(at, end - at));
    ++number;
    const auto colon = line.find(':');
    if (const auto open = line.find("<text>"); open != std::string_view::npos && colon < open) {
      // Several lines; nothing of it is needed, but tags inside of it are none.
      const auto closing = text.find("</text>", at);
      if (closing == std::string_view::npos) {
        return Error::invalid("a <text> is opened and never closed", std::to_string(number));
      }
      end = std::min(text.find('\n', closing), text.size());
      number += static_cast<std::size_t>(std::ranges::count(text.substr(at, end - at), '\n'));
    }
    at = end + 1;
    if (line.empty() || line.starts_with('#')) continue;
    if (colon == std::string_view::npos) {
      return Error::invalid("a line is written 'Tag: value'", std::to_string(number));
    }
    const auto tag = text::trim(line.substr(0, colon));
    const auto value = text::trim(line.substr(colon + 1));
    if (tag == "DocumentName" && about != nullptr && !value.empty()) *about = value;
    if (tag == "SPDXVersion") {
      if (!value.starts_with("SPDX-2.")) return other_version(value);
      has_version = true;
    } else if (tag == "PackageName") {
      close();
      if (items.size() == kItemsMax) return too_many();
      in_package = true;
      item.row = items.size() + 1;
      item.product = value;
    } else if (tag == "FileName" || tag == "SnippetSPDXID" || tag == "LicenseID") {
      close();
    }
    if (!in_package) continue;
    if (tag == "SPDXID" && item.key.empty()) item.key = value;
    if (tag == "PackageVersion") version = value;
    if (tag == "PackageSupplier") supplier = actor(value);
    if (tag == "PackageOriginator") item.vendor = actor(value);
    if (tag == "PrimaryPackagePurpose") purpose = value;
    if (tag == "PackageChecksum") {
      if (const auto second = value.find(':'); second != std::string_view::npos) {
        add_hash(item, value.substr(0, second), value.substr(second + 1));
      }
    }
    if (tag == "ExternalRef") {  // CATEGORY TYPE LOCATOR
      const auto first = value.find(' ');
      const auto second = first == std::string_view::npos ? first : value.find(' ', first + 1);
      if (second != std::string_view::npos) {
        take_reference(item, text::trim(value.substr(first, second - first)), value.substr(second + 1));
      }
    }
  }
  close();
  if (!has_version) return other_version("");
  if (items.empty()) return none();
  return items;
}

}  // namespace tocsin::formats::inventory
