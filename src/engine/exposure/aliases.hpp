#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/exposure/alias_book.hpp"
#include "engine/exposure/alias_file.hpp"
#include "engine/members/actor.hpp"
#include "store/aliases.hpp"
#include "store/assets.hpp"
#include "store/exposures.hpp"

/// What organisations call vendors and products: learnt when a person confirms a match, forgotten when one is rejected;
/// contributed by those who want to, and the community's once enough have and a person of the CERT has accepted it.
/// docs/decisions/0018-learnt-aliases.md.
namespace tocsin::engine::exposure {

/// So many organisations have to contribute an alias: the least that a setting may say, and what it says.
inline constexpr int kAliasOrganisationsLeast = 3, kAliasOrganisationsDefault = 5;
/// An organisation learns no more.
inline constexpr std::int64_t kAliasesMax = 2'000;

// --- lessons: within the transaction that writes the verdict ---

/// A person has confirmed the match: what its asset calls the vendor and the product of the advisory otherwise than
/// that does is learnt, where anybody may read the advisory (else it would show through the alias). Number learnt anew.
Result<int> learn(store::Connection& connection, const Actor& actor, const store::Asset& asset,
                  const store::AssetMatch& match, Timestamp now);
/// A person has rejected it: its asset's texts do not stand for these products. Number forgotten.
Result<int> unlearn(store::Connection& connection, const Actor& actor, const store::Asset& asset,
                    const store::AssetMatch& match, Timestamp now);
/// The confirmation was taken back: what it alone taught goes. Number forgotten.
Result<int> forget_lesson(store::Connection& connection, const store::Asset& asset, const store::AssetMatch& match);
/// All that is learnt and accepted, to match with.
Result<AliasBook> load_aliases(store::Connection& connection);

/// Those for the texts of one thing that the actor may see: the community's, which the CERT accepted for everybody; and
/// their organisation's, for who may read its inventory.
Result<AliasBook> aliases_seen(store::Connection& connection, const Actor& actor, const formats::inventory::Item& item);
/// What goes along with a bundle: the community's, and an organisation's own where `own` says whose.
Result<AliasFile> aliases_to_carry(store::Connection& connection, std::optional<domain::OrganisationId> own);

// --- an organisation's ---

struct OwnAlias {
  store::Alias alias;
  std::string not_shared = {};  ///< Why it is not contributed, in English; empty: it may be.
};
struct UsedCommunityAlias {
  store::CommunityAlias alias;
  bool used = true;  ///< False: the organisation has said that it means something else.
};
struct AliasesOf {
  std::vector<OwnAlias> own;  ///< Without those that only deny one of the community's.
  std::vector<UsedCommunityAlias> community;
  std::vector<store::AliasConsent> consents;  ///< Newest first.
  int least = kAliasOrganisationsDefault;
  bool contributes() const noexcept { return !consents.empty() && !consents.front().revoked_at; }
};
/// Of the organisation that the actor acts for. Errors: forbidden; not_found without one.
Result<AliasesOf> aliases(store::Database& database, const Actor& actor, Timestamp now);
/// Forgets one. Errors: forbidden (who may edit the inventory); not_found.
tocsin::Status forget_alias(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);
/// Whether the organisation's matching uses one of the community's. Errors: forbidden; not_found.
tocsin::Status use_community_alias(store::Database& database, const Actor& actor, std::int64_t id, bool use,
                                   Timestamp now);

/// Contributes what the actor's organisation has learnt, and will, to the community's. Errors: forbidden (an
/// administrator of the organisation may); conflict where it does already.
tocsin::Status contribute_aliases(store::Database& database, const Actor& actor, Timestamp now);
/// Takes all of that back: nothing of it counts any more. Errors: forbidden; conflict where it does not contribute.
tocsin::Status stop_contributing(store::Database& database, const Actor& actor, Timestamp now);

// --- the community's ---

struct AliasOffers {
  bool made = false;  ///< It was time.
  std::int64_t admitted = 0;
};
/// Once a day (as sums are made): what at least so many organisations have contributed is laid before the CERT.
Result<AliasOffers> offer_aliases(store::Database& database, int organisations_min, Timestamp now);

struct OfferedAliases {
  int least = kAliasOrganisationsDefault;  ///< So many organisations at least contributed each.
  std::vector<store::CommunityAlias> offered, accepted, refused;
};
/// For the CERT's analysts and coordinators. Errors: forbidden.
Result<OfferedAliases> offered_aliases(store::Database& database, const Actor& actor);
/// Accepts or refuses one; again where somebody thinks otherwise by now. Errors: forbidden; not_found.
tocsin::Status judge_alias(store::Database& database, const Actor& actor, std::int64_t id, bool accept, Timestamp now);

/// Every asset that is called so waits for the matcher. In the transaction that changes the alias; `organisation`
/// absent: of all. Also counts the generation on.
tocsin::Status match_again(store::Connection& connection, const store::AliasKey& key,
                           std::optional<domain::OrganisationId> organisation);
std::string_view to_string(store::AliasKind kind) noexcept;  ///< "order_number"

}  // namespace tocsin::engine::exposure
