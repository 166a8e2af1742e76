#include "engine/exposure/alias_book.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/product_name.hpp"

namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;
using store::AliasKind;

/// Shorter order numbers are too many things.
constexpr std::size_t kNumberBytesMin = 5;
/// As long as domain::product_key gives them whole.
constexpr std::size_t kTextBytesMax = 120;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t-") == std::string_view::npos; }

std::string day_of(Timestamp at) { return format_rfc3339(at).substr(0, 10); }

std::string meaning_text(const std::string& vendor, const std::string& product) {
  if (product.empty() || product.starts_with(vendor)) return product.empty() ? vendor : product;
  return vendor.empty() ? product : vendor + " " + product;
}

}  // namespace

bool tell_as_reading(Match& match, const Reading& reading, double confidence_min) {
  match.confidence *= reading.factor;
  if (match.confidence < kConfidenceMin || !is_worth_showing(match, confidence_min)) return false;
  match.because += "; " + reading.because;
  return true;
}

void take_reading(std::vector<Match>& found, std::vector<Match> read, const Reading& reading, double confidence_min) {
  for (auto& each : read) {
    if (!tell_as_reading(each, reading, confidence_min)) continue;
    const auto at = std::ranges::find(found, each.advisory, &Match::advisory);
    if (at == found.end()) {
      found.push_back(std::move(each));
    } else if (each.confidence > at->confidence) {
      *at = std::move(each);
    }
  }
  std::ranges::sort(found, [](const Match& a, const Match& b) {
    if (a.status != b.status) return a.status < b.status;
    return a.confidence != b.confidence ? a.confidence > b.confidence : a.advisory < b.advisory;
  });
}

std::string alias_vendor_key(std::string_view vendor) {
  return is_blank(vendor) || vendor.size() > kTextBytesMax ? std::string{} : domain::vendor_key(vendor);
}

std::string alias_product_key(std::string_view product) {
  return is_blank(product) || product.size() > kTextBytesMax ? std::string{} : domain::product_key(product);
}

std::string alias_number_key(std::string_view number) {
  auto compact = compact_order_number(number);
  if (compact.size() < kNumberBytesMin || compact.size() > kTextBytesMax || !has_digits(compact)) return {};
  // A pattern stands for several things.
  if (compact.find_first_of("*?") != std::string::npos) return {};
  return compact;
}

void AliasBook::add(const store::Alias& alias) {
  own_[alias.organisation.value][{alias.key.kind, alias.key.of_vendor, alias.key.text}].push_back(
      {.vendor_key = alias.key.vendor,
       .product_key = alias.key.product,
       .vendor = alias.vendor,
       .product = alias.product,
       .at = alias.taught_at,
       .denied = alias.denied});
}

void AliasBook::add(const store::CommunityAlias& alias) {
  community_[{alias.key.kind, alias.key.of_vendor, alias.key.text}].push_back(
      {.vendor_key = alias.key.vendor,
       .product_key = alias.key.product,
       .vendor = alias.vendor,
       .product = alias.product,
       .at = alias.judged_at.value_or(alias.offered_at)});
}

std::vector<Reading> AliasBook::readings(domain::OrganisationId organisation, const Item& item) const {
  std::vector<Reading> readings;
  if (empty()) return readings;
  const auto own = own_.find(organisation.value);
  const auto take = [&](AliasKind kind, std::string of_vendor, std::string text, std::string_view shown) {
    if (text.empty()) return;
    const Text key{.kind = kind, .of_vendor = std::move(of_vendor), .text = std::move(text)};
    const auto read = [&](const Meaning& meaning, bool by_community) {
      if (readings.size() == kReadingsMax) return;
      auto& reading = readings.emplace_back();
      reading.item = item;
      reading.item.vendor = meaning.vendor;
      if (kind != AliasKind::vendor) {
        // As what other advisories call an order number: its own names would say something else.
        reading.item.product = meaning.product;
        reading.item.name.clear();
        reading.item.family.clear();
      }
      if (kind == AliasKind::order_number) reading.item.model.clear();
      const auto is = meaning_text(meaning.vendor, meaning.product);
      const auto said = text::shorten(text::squeeze(shown), 120);
      reading.because =
          by_community
              ? fmt::format("organisations of the community confirmed, and the CERT accepted on {}, that \"{}\" is {}",
                            day_of(meaning.at), said, is)
              : fmt::format("your organisation confirmed on {} that \"{}\" is {}", day_of(meaning.at), said, is);
      reading.factor = by_community ? kByCommunityAlias : kByOwnAlias;
    };
    std::vector<const Meaning*> denied;
    bool says_itself = false;
    if (own != own_.end()) {
      if (const auto found = own->second.find(key); found != own->second.end()) {
        for (const auto& meaning : found->second) {
          if (meaning.denied) {
            denied.push_back(&meaning);
          } else {
            says_itself = true;
            read(meaning, false);
          }
        }
      }
    }
    const auto found = community_.find(key);
    if (says_itself || found == community_.end()) return;
    for (const auto& meaning : found->second) {
      const bool is_denied = std::ranges::any_of(denied, [&](const Meaning* each) {
        return each->vendor_key == meaning.vendor_key && each->product_key == meaning.product_key;
      });
      if (!is_denied) read(meaning, true);
    }
  };
  const auto vendor = alias_vendor_key(item.vendor);
  take(AliasKind::order_number, {}, alias_number_key(item.model), item.model);
  take(AliasKind::product, vendor, alias_product_key(item.product), item.product);
  take(AliasKind::vendor, {}, vendor, item.vendor);
  return readings;
}

}  // namespace tocsin::engine::exposure
