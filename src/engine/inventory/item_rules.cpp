#include "engine/inventory/item_rules.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/inventory/asset_class.hpp"

namespace tocsin::engine::inventory {
namespace {

using formats::inventory::Item;

struct TextField {
  std::string_view name;
  std::string Item::* member;
};
constexpr std::array kTexts{
    TextField{"key", &Item::key},
    TextField{"name", &Item::name},
    TextField{"vendor", &Item::vendor},
    TextField{"family", &Item::family},
    TextField{"product", &Item::product},
    TextField{"model", &Item::model},
    TextField{"hardware", &Item::hardware},
    TextField{"serial", &Item::serial},
    TextField{"cpe", &Item::cpe},
    TextField{"site", &Item::site},
    TextField{"zone", &Item::zone},
    TextField{"conduit", &Item::conduit},
    TextField{"purdue_level", &Item::purdue_level},
    TextField{"criticality", &Item::criticality},
    TextField{"exposure", &Item::exposure},
    TextField{"safety", &Item::safety},
    TextField{"environment", &Item::environment},
    TextField{"production", &Item::production},
    TextField{"owner", &Item::owner},
    TextField{"next_outage", &Item::next_outage},
};

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, "; ")); }

std::string joined(const std::vector<formats::inventory::Version>& versions) {
  std::vector<std::string> out;
  for (const auto& each : versions) {
    out.push_back(each.component.empty() ? each.text : fmt::format("{} {}", each.component, each.text));
  }
  return joined(out);
}

std::string joined(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<std::string> out;
  for (const auto& [name, value] : pairs) out.push_back(fmt::format("{}: {}", name, value));
  return joined(out);
}

/// One text whose parts cannot run into each other.
class Parts {
 public:
  Parts& add(std::string_view text) {
    fmt::format_to(std::back_inserter(out_), "{}:", text.size());
    out_ += text;
    return *this;
  }
  template <class T>
  Parts& add_list(const std::vector<T>& list) {
    fmt::format_to(std::back_inserter(out_), "{};", list.size());
    for (const auto& each : list) {
      if constexpr (std::is_same_v<T, std::string>) {
        add(each);
      } else if constexpr (std::is_same_v<T, formats::inventory::Version>) {
        add(each.component).add(each.text);
      } else {
        add(each.first).add(each.second);
      }
    }
    return *this;
  }
  std::string hash() const { return sha256_hex(out_).substr(0, 32); }

 private:
  std::string out_;
};

Status check(std::string_view text, std::string_view field, std::size_t bytes_max) {
  if (text.size() > bytes_max) return Error::invalid(tr<"at most {} bytes">(bytes_max), std::string{field});
  if (text::invalid_utf8_at(text) != std::string_view::npos) {
    return Error::invalid(std::string{tr<"this is not UTF-8">()}, std::string{field});
  }
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return Error::invalid(std::string{tr<"one line, without control characters">()}, std::string{field});
  }
  return ok();
}

Status tidy_text(std::string& text, std::string_view field, std::size_t bytes_max = kFieldBytesMax) {
  text = text::squeeze(text);
  // First: what is no text says nothing either, and would be gone.
  TRY_VOID(check(text, field, bytes_max));
  if (formats::inventory::says_nothing(text)) text.clear();
  return ok();
}

Status check_count(std::size_t count, std::string_view field) {
  if (count <= kListMax) return ok();
  return Error::invalid(tr<"at most {} of them">(kListMax), std::string{field});
}

/// Those of one name stay in their order.
template <class T, class Name>
void by_name(std::vector<T>& list, Name name) {
  std::vector<std::pair<std::size_t, T>> numbered;
  for (auto& each : list) numbered.emplace_back(numbered.size(), std::move(each));
  std::ranges::sort(numbered, [&](const auto& a, const auto& b) {
    const auto order = (a.second.*name).compare(b.second.*name);
    return order != 0 ? order < 0 : a.first < b.first;
  });
  list.clear();
  for (auto& [number, each] : numbered) list.push_back(std::move(each));
}

Status tidy_list(std::vector<std::string>& list, std::string_view field) {
  std::vector<std::string> out;
  for (auto& each : list) {
    TRY_VOID(tidy_text(each, field, 1'000));
    if (each.find_first_of(";,|") != std::string::npos) {
      return Error::invalid(std::string{tr<"an entry of a list holds no comma, semicolon or bar">()},
                            std::string{field});
    }
    if (!each.empty() && std::ranges::find(out, each) == out.end()) out.push_back(std::move(each));
  }
  list = std::move(out);
  return check_count(list.size(), field);
}

}  // namespace

Status tidy(Item& item) {
  for (const auto& field : kTexts) TRY_VOID(tidy_text(item.*field.member, field.name));
  std::erase_if(item.versions, [](auto& each) { return formats::inventory::says_nothing(each.text); });
  for (auto& version : item.versions) {
    version.component = text::squeeze(version.component);
    TRY_VOID(check(version.component, "versions", 100));
    TRY_VOID(tidy_text(version.text, "versions", 200));
  }
  TRY_VOID(check_count(item.versions.size(), "versions"));
  // By component, as a file's columns give them back.
  by_name(item.versions, &formats::inventory::Version::component);
  TRY_VOID(tidy_list(item.purls, "purls"));
  TRY_VOID(tidy_list(item.addresses, "addresses"));
  TRY_VOID(tidy_list(item.tags, "tags"));
  for (auto& [algorithm, value] : item.hashes) {
    TRY_VOID(tidy_text(algorithm, "hashes", 50));
    TRY_VOID(tidy_text(value, "hashes", 200));
    if ((algorithm + value).find_first_of(";,|:") != std::string::npos) {
      return Error::invalid(std::string{tr<"an entry of a list holds no comma, semicolon or bar">()}, "hashes");
    }
  }
  TRY_VOID(check_count(item.hashes.size(), "hashes"));
  std::erase_if(item.others, [](auto& each) { return formats::inventory::says_nothing(each.second); });
  for (auto& [header, value] : item.others) {
    header = text::squeeze(header);
    TRY_VOID(check(header, "others", 200));
    TRY_VOID(tidy_text(value, "others", 2'000));
  }
  TRY_VOID(check_count(item.others.size(), "others"));
  // Free columns by name: the order of a file's columns is no difference.
  by_name(item.others, &std::pair<std::string, std::string>::first);
  if (label_of(item).empty() && item.cpe.empty() && item.purls.empty()) {
    return Error::invalid(std::string{tr<"nothing says what it is: it needs a name, a product or a model">()}, "name");
  }
  return ok();
}

std::string label_of(const Item& item) {
  for (const auto* text : {&item.name, &item.product, &item.model, &item.family, &item.key, &item.serial}) {
    if (!text->empty()) return text::shorten(*text, 200);
  }
  if (!item.purls.empty()) return text::shorten(item.purls.front(), 200);
  return text::shorten(item.cpe, 200);
}

std::string key_of(const Item& item) {
  // A long text would be longer than an index takes.
  const auto bounded = [](const std::string& key) {
    return key.size() <= 400 ? key : key.substr(0, 2) + "#" + sha256_hex(key);
  };
  if (!item.key.empty()) return bounded("k:" + item.key);
  if (!item.serial.empty()) {
    return bounded(
        fmt::format("s:{}|{}", item.vendor.empty() ? "" : domain::vendor_key(item.vendor), text::fold(item.serial)));
  }
  const auto& name = item.name.empty() ? item.product : item.name;
  if (name.empty() && item.model.empty()) {
    const auto label = label_of(item);
    return label.empty() ? std::string{} : bounded(fmt::format("n:{}||{}", text::fold(label), text::fold(item.site)));
  }
  return bounded(fmt::format("n:{}|{}|{}", text::fold(name), text::fold(item.model), text::fold(item.site)));
}

std::string matter_of(const Item& item) {
  Parts parts;
  parts.add(item.name).add(item.vendor).add(item.family).add(item.product).add(item.model).add(item.hardware);
  parts.add_list(item.versions).add(item.serial).add(item.cpe).add_list(item.purls).add_list(item.hashes);
  return parts.hash();
}

std::string digest_of(const Item& item) {
  Parts parts;
  for (const auto& field : kTexts) parts.add(item.*field.member);
  parts.add_list(item.versions).add_list(item.purls).add_list(item.hashes).add_list(item.addresses);
  parts.add_list(item.tags).add_list(item.others);
  return parts.hash();
}

void derive(store::Asset& asset) {
  const auto& item = asset.item;
  asset.key = key_of(item);
  asset.label = label_of(item);
  asset.digest = digest_of(item);
  Parts kind;
  kind.add(item.vendor.empty() ? std::string{} : domain::vendor_key(item.vendor));
  for (const auto* text : {&item.family, &item.product, &item.model}) kind.add(text::fold(*text));
  // Where nothing else says what it is, its name does.
  if (item.product.empty() && item.model.empty() && item.family.empty()) kind.add(text::fold(item.name));
  asset.identity = kind.hash();
  asset.attack_class = asset_class(item);
  std::string words;
  for (const auto* text : {&item.key, &item.name, &item.vendor, &item.family, &item.product, &item.model, &item.serial,
                           &item.site, &item.zone, &item.owner}) {
    if (!text->empty()) words += *text + " ";
  }
  for (const auto& address : item.addresses) words += address + " ";
  for (const auto& tag : item.tags) words += tag + " ";
  asset.search = text::fold(words);
}

std::vector<FieldChange> changes_between(const Item& before, const Item& after) {
  std::vector<FieldChange> changes;
  const auto note = [&](std::string_view field, std::string was, std::string is) {
    if (was != is) changes.push_back({field, std::move(was), std::move(is)});
  };
  for (const auto& field : kTexts) note(field.name, before.*field.member, after.*field.member);
  note("versions", joined(before.versions), joined(after.versions));
  note("purls", joined(before.purls), joined(after.purls));
  note("hashes", joined(before.hashes), joined(after.hashes));
  note("addresses", joined(before.addresses), joined(after.addresses));
  note("tags", joined(before.tags), joined(after.tags));
  note("others", joined(before.others), joined(after.others));
  return changes;
}

}  // namespace tocsin::engine::inventory
