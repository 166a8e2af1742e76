#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "formats/inventory/item.hpp"
#include "store/asset_text.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// One thing in a plant, as its organisation keeps it. Rules and permissions: engine/inventory.
struct Asset {
  std::int64_t id = 0;
  domain::OrganisationId organisation;
  std::string key;     ///< Unique within the organisation.
  std::string label;   ///< What lists call it.
  std::string search;  ///< Folded words that a list is searched by.
  /// What of them goes into the index (engine/inventory/search_terms.hpp). Written only; without any, the asset is
  /// indexed later.
  std::vector<std::string> terms;
  std::string digest;             ///< Of every field: equal digests say the same.
  std::string identity;           ///< Of vendor, family, product and model: what kind of thing it is.
  std::string attack_class = {};  ///< As ATT&CK for ICS has it ("A0003"), or empty. Written only.
  std::int64_t version = 1;
  bool due = true;  ///< Changed since it was last matched.
  Timestamp added_at, changed_at;
  formats::inventory::Item item;  ///< Without row.
};

/// Every member that is set narrows.
struct AssetFilter {
  std::vector<TermChoice> terms = {};   ///< Of each an asset has one.
  std::vector<std::string> words = {};  ///< Folded; asked for instead of `terms` while not every asset is indexed.
  std::string vendor = {}, zone = {}, exposure = {}, criticality = {};
  std::optional<std::string> site = {};
  /// Where only some of an organisation may be read: nothing outside of these sites.
  std::optional<std::vector<std::string>> sites = {};
};
enum class AssetSort : std::uint8_t { label, vendor, site, changed };
struct AssetAfter {
  std::string text;         ///< Of the sort's column; empty for `changed`.
  std::int64_t number = 0;  ///< changed_at, for `changed`.
  std::int64_t id = 0;
};

/// What an import needs to know of what is there already.
struct AssetMark {
  std::int64_t id = 0;
  std::string key, digest;
};

/// Assets by organisation. Nothing here loads a table whole: lists go by keyset, the rest in batches.
class Assets {
 public:
  explicit Assets(Connection& connection) : connection_(connection) {}
  Result<std::optional<Asset>> find(domain::OrganisationId organisation, std::int64_t id);
  Result<std::optional<Asset>> find_by_key(domain::OrganisationId organisation, std::string_view key);
  /// Those of these keys that are there, by key.
  Result<std::vector<Asset>> of_keys(domain::OrganisationId organisation, std::span<const std::string> keys);
  Result<std::vector<std::int64_t>> ids_of_keys(domain::OrganisationId organisation, std::span<const std::string> keys);
  /// Of these numbers, those that are the organisation's, sorted.
  Result<std::vector<std::int64_t>> ids_of(domain::OrganisationId organisation, std::span<const std::int64_t> ids);
  Result<std::vector<std::int64_t>> ids_of_identity(domain::OrganisationId organisation, std::string_view identity);
  /// In the order of `sort` after `after`, at most `limit`; `changed` has the newest first.
  Result<std::vector<Asset>> page(domain::OrganisationId organisation, const AssetFilter& filter, AssetSort sort,
                                  const std::optional<AssetAfter>& after, int limit);
  Result<std::int64_t> count(domain::OrganisationId organisation, const AssetFilter& filter);
  Result<bool> any(domain::OrganisationId organisation);
  Result<bool> any();
  /// Number, key and digest of every asset in the order of keys, after `after`.
  Result<std::vector<AssetMark>> marks(domain::OrganisationId organisation, std::string_view after, int limit);
  enum class Column : std::uint8_t { vendor, site, zone, exposure, criticality };
  /// The different values of a column, sorted, without the empty one, at most `limit`: by skipping along the index.
  Result<std::vector<std::string>> values(domain::OrganisationId organisation, Column column, int limit);

  /// All but id, version and due. Errors: conflict where a key is taken.
  Status insert(std::span<const Asset> assets);
  /// Item, label, search, digest, identity, key and due; the version grows. Only where the row still has
  /// `asset.version`. Number of rows.
  Result<std::int64_t> update(const Asset& asset, Timestamp now);
  Result<std::int64_t> remove(domain::OrganisationId organisation, std::int64_t id);

  // --- for matching, over all organisations ---
  /// Assets that wait for the matcher, by number.
  Result<std::vector<Asset>> due(int limit);
  Result<std::vector<Asset>> after(std::int64_t id, int limit);
  /// Of one organisation, by number.
  Result<std::vector<Asset>> after(domain::OrganisationId organisation, std::int64_t id, int limit);
  /// By number.
  Result<std::vector<Asset>> of_ids(std::span<const std::int64_t> ids);
  /// Of these numbers, those whose row still has this version.
  Result<std::vector<std::int64_t>> unchanged(std::span<const Asset> assets);
  Status set_matched(std::span<const std::int64_t> ids);
  /// Every asset of an identity waits for the matcher again.
  Status set_due(domain::OrganisationId organisation, std::string_view identity);

 private:
  /// How assets are found by words: by the index (few of them by number), or by reading.
  struct Hits {
    bool by_terms = false, by_words = false;
    std::optional<std::vector<std::int64_t>> few = {};
  };
  Result<Hits> hits(domain::OrganisationId organisation, const AssetFilter& filter);
  Sql where(domain::OrganisationId organisation, const AssetFilter& filter, const Hits& hits) const;

  Connection& connection_;
};

}  // namespace tocsin::store
