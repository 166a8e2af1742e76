#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "engine/exposure/matcher.hpp"
#include "formats/inventory/item.hpp"
#include "store/aliases.hpp"

/// Aliases that were learnt, as matching uses them: a thing is also looked at as what it is called elsewhere. Pure.
namespace tocsin::engine::exposure {

/// Readings of one thing beside its own.
inline constexpr std::size_t kReadingsMax = 8;

/// What is known only by an alias that somebody's people taught is less sure than by the table that comes with the
/// program: so much of the confidence stays. People err in one case of some twenty; others' plants may use a word
/// otherwise.
inline constexpr double kByOwnAlias = 0.95, kByCommunityAlias = 0.9;

/// A thing, as it would be described by who calls it as advisories do.
struct Reading {
  formats::inventory::Item item;
  std::string because;  ///< "your organisation confirmed on 2026-03-01 that \"TELEMECANIQUE TSX\" is ..."
  double factor = 1;    ///< So much of the confidence stays.
};

/// Makes what was found of a reading what is told of the thing itself: less sure, with what it was read by. False where
/// that is too little to be told.
bool tell_as_reading(Match& match, const Reading& reading, double confidence_min = kConfidenceShown);
/// Lays what was found of a reading into what was found of the thing, at most one of each advisory: the surer one. Then
/// in the order that Matcher::match gives.
void take_reading(std::vector<Match>& found, std::vector<Match> read, const Reading& reading,
                  double confidence_min = kConfidenceShown);

/// What an item is called, in the form in which equal texts are one; empty where it tells nothing that could be.
std::string alias_vendor_key(std::string_view vendor);
std::string alias_product_key(std::string_view product);
std::string alias_number_key(std::string_view number);

class AliasBook {
 public:
  void add(const store::Alias& alias);
  void add(const store::CommunityAlias& alias);
  bool empty() const noexcept { return own_.empty() && community_.empty(); }

  /// The organisation's first, then the community's for texts of which it says nothing itself.
  std::vector<Reading> readings(domain::OrganisationId organisation, const formats::inventory::Item& item) const;

 private:
  struct Text {
    store::AliasKind kind;
    std::string of_vendor, text;
    friend auto operator<=>(const Text&, const Text&) = default;
  };
  struct Meaning {
    std::string vendor_key, product_key, vendor, product;
    Timestamp at;
    bool denied = false;
  };
  using Meanings = std::map<Text, std::vector<Meaning>>;

  std::map<std::int64_t, Meanings> own_;  ///< By organisation.
  Meanings community_;
};

}  // namespace tocsin::engine::exposure
