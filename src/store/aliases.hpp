#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

/// What organisations call vendors and products, learnt from what their people confirmed; who contributes that to the
/// community's, and what became the community's. What is learnt and when, is for engine/exposure/aliases.hpp to say.
namespace tocsin::store {

enum class AliasKind : std::uint8_t { vendor = 1, product = 2, order_number = 3 };

/// A text of inventories and what it stands for, in the form in which equal ones are one.
struct AliasKey {
  AliasKind kind = AliasKind::vendor;
  /// Of a product: domain::vendor_key of the vendor that the inventory tells, or empty. Else empty.
  std::string of_vendor = {};
  std::string text = {};
  std::string vendor = {};   ///< domain::vendor_key
  std::string product = {};  ///< domain::product_key; empty: a vendor's.
  friend auto operator<=>(const AliasKey&, const AliasKey&) = default;
};

/// Of an organisation.
struct Alias {
  std::int64_t id = 0;
  domain::OrganisationId organisation = {};
  AliasKey key = {};
  std::string shown = {};                 ///< The text, as the inventory has it.
  std::string vendor = {}, product = {};  ///< As an advisory has them.
  bool denied = false;                    ///< What the community calls so is not what is meant here.
  std::optional<domain::PersonId> taught_by = {};
  std::string taught_by_name = {};  ///< Read only.
  Timestamp taught_at = {};
};

struct AliasConsent {
  std::int64_t id = 0;
  domain::OrganisationId organisation = {};
  std::optional<domain::PersonId> granted_by = {};
  std::string granted_by_name = {};  ///< Read only.
  Timestamp granted_at = {};
  std::optional<Timestamp> admitted_at = {};  ///< Empty while it waits for others.
  std::optional<Timestamp> revoked_at = {};
};

enum class CommunityAliasState : std::uint8_t { offered = 0, accepted = 1, refused = 2 };
struct CommunityAlias {
  std::int64_t id = 0;
  AliasKey key = {};
  std::string vendor = {}, product = {};
  int least = 0;  ///< So many organisations at least had contributed it.
  Timestamp offered_at = {};
  CommunityAliasState state = CommunityAliasState::offered;
  std::string judged_by_name = {};  ///< Read only.
  std::optional<Timestamp> judged_at = {};
};

struct AliasRun {
  std::int64_t day = 0;  ///< Since 1970-01-01.
  Timestamp made_at = {};
  int least = 0;
};

class Aliases {
 public:
  explicit Aliases(Connection& connection) : connection_(connection) {}

  // --- an organisation's ---
  /// By vendor and text.
  Result<std::vector<Alias>> of(domain::OrganisationId organisation);
  Result<std::int64_t> count(domain::OrganisationId organisation);
  Result<std::optional<Alias>> find(domain::OrganisationId organisation, std::int64_t id);
  /// What one text stands for: by an index, for there may be many.
  Result<std::vector<Alias>> of_text(domain::OrganisationId organisation, AliasKind kind, std::string_view of_vendor,
                                     std::string_view text);
  /// Adds it, or makes the one with this key what it says; what was taught first stays so. Its number.
  Result<std::int64_t> put(const Alias& alias);
  Status remove(std::int64_t id);
  Status add_lesson(std::int64_t alias, std::int64_t asset, domain::RecordId record);
  /// Forgets what this confirmation taught. Those that nothing else taught.
  Result<std::vector<Alias>> forget_lessons(domain::OrganisationId organisation, std::int64_t asset,
                                            domain::RecordId record);
  /// Of every active organisation that may use them: everything that matching needs.
  Result<std::vector<Alias>> all();

  // --- contributing ---
  Status add_consent(const AliasConsent& consent);
  /// Ends the open one. Number of rows: 1 where there was.
  Result<std::int64_t> revoke(domain::OrganisationId organisation, std::optional<domain::PersonId> by, Timestamp now);
  /// Newest first.
  Result<std::vector<AliasConsent>> consents(domain::OrganisationId organisation);
  /// Those in force of active organisations, by number.
  Result<std::vector<AliasConsent>> open_consents();
  Status admit(std::int64_t consent, Timestamp now);

  // --- the community's ---
  Result<std::optional<AliasRun>> last_run();
  Status note(const AliasRun& run);
  /// A new one is offered; of one that is, `least` follows.
  Status offer(const CommunityAlias& alias);
  /// In this state, for which at least so many had to stand; by vendor and text.
  Result<std::vector<CommunityAlias>> community(CommunityAliasState state, int least);
  /// Accepted ones for a text.
  Result<std::vector<CommunityAlias>> accepted_of_text(AliasKind kind, std::string_view of_vendor,
                                                       std::string_view text);
  Result<std::optional<CommunityAlias>> find_community(std::int64_t id);
  Status judge(std::int64_t id, CommunityAliasState state, std::optional<domain::PersonId> by, Timestamp now);

  // --- for matching ---
  /// Another number whenever there are other aliases to match with; in the transaction that changes them.
  Result<std::int64_t> generation();
  Status next_generation();
  /// Organisations that have assets.
  Result<std::vector<domain::OrganisationId>> organisations_with_assets();
  /// Every asset of this organisation with this vendor, as it is written ("": none), waits for the matcher.
  Status set_due(domain::OrganisationId organisation, std::string_view vendor);
  struct AssetTexts {
    std::int64_t id = 0;
    std::string product, model;
  };
  Result<std::vector<AssetTexts>> texts(domain::OrganisationId organisation, std::string_view vendor);
  Status set_due(std::span<const std::int64_t> assets);
  /// Names, sites, zones, owners and serial numbers of an organisation's inventory and its own name, in lower case: no
  /// alias that is contributed may hold one of them.
  Result<std::vector<std::string>> private_words(domain::OrganisationId organisation);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
