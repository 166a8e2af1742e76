#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/keyed_hash.hpp"
#include "base/result.hpp"
#include "domain/policy.hpp"
#include "engine/exposure/asset_finder.hpp"
#include "engine/exposure/matcher.hpp"
#include "store/database.hpp"

/// Matchers over every advisory that is stored. What is matched must not tell of advisories that a reader may not see,
/// and how sure a match is depends on the names of others: so what everybody may read forms one matcher, and what has
/// the same marking and addressees another, weighed against its own and what everybody may read. Of this folder only.
namespace tocsin::engine::exposure {

/// A match of a stored advisory.
struct Found {
  domain::RecordId record;
  Match match;
  std::vector<std::string> product_keys;  ///< "vendor/product" of those that decided, sorted.
  std::string digest;                     ///< Of status, products, vulnerabilities and what may be done about them.
};

class Matchers {
 public:
  /// Of the current revisions of all advisories that are not withdrawn, as they stand at this moment.
  static Result<Matchers> load(store::Database& database, Timestamp now);
  /// Lays what has changed since beside it, or loads all anew once that is much or something is hidden that everybody
  /// could read. Nothing made by part() may be in use.
  tocsin::Status refresh(store::Database& database, Timestamp now);
  ~Matchers();
  Matchers(Matchers&&) noexcept;
  Matchers& operator=(Matchers&&) noexcept;

  /// Newest change that is in it.
  std::int64_t sequence() const noexcept;
  std::size_t advisories() const noexcept;
  /// What is worth showing of each item, by record. Items that read alike are looked at once.
  std::vector<std::vector<Found>> match(std::span<const formats::inventory::Item* const> items) const;
  /// The same of some records only, and faster. Refers to this.
  Matchers part(std::span<const std::int64_t> records) const;

  /// Keeps by what an asset is found. `anew` as AssetFinder::add has it.
  void keep(AssetFinder& finder, std::int64_t asset, const formats::inventory::Item& item, bool anew = false) const;
  /// All assets of which match() says something, by number, and some more; nothing where that may be any.
  /// match() need not look again at what this has looked at.
  std::optional<std::vector<std::int64_t>> find(AssetFinder& finder);
  /// Does one of these advisories call an order number of the asset something, so that it is found by more from now on?
  bool name_numbers_of(const formats::inventory::Item& item) const;

 private:
  Matchers();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::exposure
