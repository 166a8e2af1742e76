#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/exposure/matcher.hpp"
#include "formats/inventory/item.hpp"

namespace tocsin::engine::exposure {

/// What a plant has, kept so that a new advisory finds the things it speaks of without all of them being looked at.
/// Things that read alike are kept once. In memory, without a database.
class AssetIndex {
 public:
  /// `known` tells what an order number is called and how common a word is: what the matchers that will ask are
  /// prepared with (Matcher::prepare). Prepared, and outlives this.
  explicit AssetIndex(const Matcher* known = nullptr);
  ~AssetIndex();
  AssetIndex(AssetIndex&&) noexcept;
  AssetIndex& operator=(AssetIndex&&) noexcept;

  /// Takes what matching needs of a thing; gives its number, from 0. Not while another thread asks.
  std::size_t add(const formats::inventory::Item& item);
  std::size_t size() const noexcept;

  struct Found {
    std::uint32_t asset = 0;             ///< As add() counted them.
    std::shared_ptr<const Match> match;  ///< Things that read alike share one.
  };
  /// What Matcher::match says of each thing, in the order of the things; as many threads as `threads`. Made for
  /// matchers of one or a few advisories, which are prepared with `known`; right for others, too, but not faster than
  /// asking them for each thing.
  std::vector<Found> match(const Matcher& matcher, unsigned threads = 1) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::exposure
