#include "engine/exposure/alias_file.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "engine/exposure/aliases.hpp"

namespace tocsin::engine::exposure {
namespace {

using store::AliasKey;
using store::AliasKind;

/// Keys are shorter (alias_book.cpp); names are those of advisories.
constexpr std::size_t kKeyBytesMax = 200, kNameBytesMax = 2'000;

boost::json::object json_of(const AliasKey& key, const std::string& vendor, const std::string& product, Timestamp at) {
  boost::json::object out;
  out["kind"] = to_string(key.kind);
  if (!key.of_vendor.empty()) out["of_vendor"] = key.of_vendor;
  out["text"] = key.text;
  out["vendor_key"] = key.vendor;
  out["vendor"] = vendor;
  if (key.kind != AliasKind::vendor) {
    out["product_key"] = key.product;
    out["product"] = product;
  }
  out["on"] = format_date(at);
  return out;
}

Error wrong(std::string_view part, std::size_t at, std::string_view name) {
  return Error::invalid("is no text that aliases have",
                        json::pointer_append(json::pointer_append("/" + std::string{part}, at), name));
}

struct Read {
  AliasKey key;
  std::string vendor, product;
  Timestamp at;
};

Result<std::string> text_of(const boost::json::value& each, std::string_view part, std::size_t at,
                            std::string_view name, std::size_t bytes_min, std::size_t bytes_max) {
  std::string text{json::string_at(each, name)};
  const bool clean =
      std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (text.size() < bytes_min || text.size() > bytes_max || !clean) return wrong(part, at, name);
  return text;
}

Result<Read> read_one(const boost::json::value& each, std::string_view part, std::size_t at) {
  Read read;
  const auto kind = json::string_at(each, "kind");
  bool known = false;
  for (const auto one : {AliasKind::vendor, AliasKind::product, AliasKind::order_number}) {
    if (to_string(one) != kind) continue;
    read.key.kind = one;
    known = true;
  }
  if (!known) return wrong(part, at, "kind");
  const bool is_vendor = read.key.kind == AliasKind::vendor;
  TRY(read.key.of_vendor, text_of(each, part, at, "of_vendor", 0, kKeyBytesMax));
  TRY(read.key.text, text_of(each, part, at, "text", 1, kKeyBytesMax));
  TRY(read.key.vendor, text_of(each, part, at, "vendor_key", is_vendor ? 1 : 0, kKeyBytesMax));
  TRY(read.vendor, text_of(each, part, at, "vendor", is_vendor ? 1 : 0, kNameBytesMax));
  TRY(read.key.product, text_of(each, part, at, "product_key", is_vendor ? 0 : 1, is_vendor ? 0 : kKeyBytesMax));
  TRY(read.product, text_of(each, part, at, "product", is_vendor ? 0 : 1, is_vendor ? 0 : kNameBytesMax));
  const auto on = json::string_at(each, "on");
  const auto day = parse_rfc3339(std::string{on} + "T00:00:00Z");
  if (on.size() != 10 || !day) return wrong(part, at, "on");
  read.at = *day;
  return read;
}

}  // namespace

std::string write_aliases(const AliasFile& aliases) {
  boost::json::array own, community;
  for (const auto& each : aliases.own) {
    auto out = json_of(each.key, each.vendor, each.product, each.taught_at);
    if (each.denied) out["denied"] = true;
    own.push_back(std::move(out));
  }
  for (const auto& each : aliases.community) {
    community.push_back(json_of(each.key, each.vendor, each.product, each.judged_at.value_or(each.offered_at)));
  }
  boost::json::object root;
  root["own"] = std::move(own);
  root["community"] = std::move(community);
  return json::write(root);
}

Result<AliasFile> read_aliases(std::string_view bytes, domain::OrganisationId organisation) {
  TRY(const auto parsed, json::parse(bytes, {.bytes_max = kAliasFileBytesMax, .depth_max = 8}));
  AliasFile file;
  const auto& own = json::array_at(parsed.root(), "own");
  const auto& community = json::array_at(parsed.root(), "community");
  if (own.size() + community.size() > kAliasFileEntriesMax) {
    return Error::too_large("the list of aliases", kAliasFileEntriesMax);
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    TRY(auto read, read_one(own[i], "own", i));
    const auto* denied = json::find(own[i], "denied");
    file.own.push_back({.organisation = organisation,
                        .key = std::move(read.key),
                        .vendor = std::move(read.vendor),
                        .product = std::move(read.product),
                        .denied = denied != nullptr && denied->is_bool() && denied->get_bool(),
                        .taught_at = read.at});
  }
  for (std::size_t i = 0; i < community.size(); ++i) {
    TRY(auto read, read_one(community[i], "community", i));
    file.community.push_back({.key = std::move(read.key),
                              .vendor = std::move(read.vendor),
                              .product = std::move(read.product),
                              .offered_at = read.at,
                              .state = store::CommunityAliasState::accepted,
                              .judged_at = read.at});
  }
  return file;
}

AliasBook book_of(const AliasFile& aliases) {
  AliasBook book;
  std::set<AliasKey> own, community;
  for (const auto& each : aliases.own) {
    if (own.insert(each.key).second) book.add(each);
  }
  for (const auto& each : aliases.community) {
    if (community.insert(each.key).second) book.add(each);
  }
  return book;
}

}  // namespace tocsin::engine::exposure
