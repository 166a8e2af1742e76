#include <algorithm>
#include <map>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "domain/policy.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/aliases.hpp"
#include "engine/exposure/product_name.hpp"
#include "engine/exposure/vendor_group.hpp"
#include "formats/csaf/advisory.hpp"

/// What a confirmation teaches.
namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;
using store::AliasKey;
using store::AliasKind;

/// An advisory that speaks of more says nothing of what one thing is called.
constexpr std::size_t kProductsMax = 4;
constexpr int kVendorsMax = 100'000;

struct Meant {
  std::string vendor_key, product_key, vendor, product;
  std::vector<std::string> numbers;  ///< As alias_number_key gives them.
};

const std::string& name_of(const formats::csaf::Product& product) {
  return product.product.empty() ? product.name : product.product;
}

/// The products that decided, where anybody may read the advisory.
Result<std::vector<Meant>> meant_by(store::Connection& connection, const store::AssetMatch& match, Timestamp now) {
  store::Sql sql{
      "SELECT d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id WHERE r.id = ? "
      "AND ",
      match.record};
  sql.append(domain::policy::visible_sql(domain::policy::Viewer::anonymous(), now));
  TRY(const auto bytes, connection.first(sql, [](const store::Row& row) { return row.string(0); }));
  std::vector<Meant> meant;
  if (!bytes) return meant;
  const auto parsed = json::parse(*bytes);
  if (!parsed) return meant;
  const auto advisory = formats::csaf::read_advisory(parsed->root());
  if (!advisory) return meant;
  std::map<std::pair<std::string, std::string>, Meant> found;
  for (const auto& product : advisory->products) {
    if (std::ranges::find(match.product_ids, product.id) == match.product_ids.end()) continue;
    // A part that is built into others is not what they are called.
    if (!product.relationship.empty()) continue;
    const auto vendor = domain::vendor_display_name(product.vendor),
               name = domain::product_display_name(name_of(product));
    if (vendor.empty() || name.empty()) continue;
    Meant one{.vendor_key = domain::vendor_key(product.vendor),
              .product_key = domain::product_key(name_of(product)),
              .vendor = vendor,
              .product = text::shorten(name, 200),
              .numbers = {}};
    auto& into = found.try_emplace({one.vendor_key, one.product_key}, one).first->second;
    for (const auto* list : {&product.model_numbers, &product.skus}) {
      for (const auto& number : *list) into.numbers.push_back(alias_number_key(number));
    }
  }
  if (found.size() > kProductsMax) return meant;
  for (auto& [key, each] : found) meant.push_back(std::move(each));
  return meant;
}

/// Does the text say something that the product's name does not? What only says less would stand for more than one.
bool says_more(std::string_view said, const Meant& meant) {
  const NamePieces known{{meant.vendor, meant.product}};
  const NamePieces pieces{{said}};
  return std::ranges::any_of(pieces.words(), [&](const std::string& word) {
    return !is_generic_word(word) && !is_describing_word(word) && !known.holds(word);
  });
}

std::vector<AliasKey> taught(const Item& item, const std::vector<Meant>& meant) {
  std::set<AliasKey> keys;
  const auto vendor = alias_vendor_key(item.vendor), product = alias_product_key(item.product),
             number = alias_number_key(item.model);
  std::set<std::string> vendors;
  for (const auto& each : meant) {
    vendors.insert(each.vendor_key);
    if (!product.empty() && product != each.product_key && says_more(item.product, each)) {
      keys.insert({AliasKind::product, vendor, product, each.vendor_key, each.product_key});
    }
    if (!number.empty() && std::ranges::find(each.numbers, number) == each.numbers.end() &&
        says_more(item.model, each)) {
      keys.insert({AliasKind::order_number, {}, number, each.vendor_key, each.product_key});
    }
  }
  // Whose thing it is follows only where all are of one vendor, and the built-in table does not tell it.
  if (vendors.size() == 1 && !vendor.empty() && !may_be_one(vendor_group(item.vendor), {*vendors.begin()})) {
    keys.insert({AliasKind::vendor, {}, vendor, *vendors.begin(), {}});
  }
  return {keys.begin(), keys.end()};
}

std::string_view shown_of(const Item& item, AliasKind kind) noexcept {
  switch (kind) {
    case AliasKind::vendor:
      return item.vendor;
    case AliasKind::product:
      return item.product;
    case AliasKind::order_number:
      break;
  }
  return item.model;
}

tocsin::Status forget(store::Connection& connection, const store::Alias& alias) {
  TRY_VOID(store::Aliases{connection}.remove(alias.id));
  return match_again(connection, alias.key, alias.organisation);
}

}  // namespace

Result<int> learn(store::Connection& connection, const Actor& actor, const store::Asset& asset,
                  const store::AssetMatch& match, Timestamp now) {
  TRY(const auto meant, meant_by(connection, match, now));
  store::Aliases aliases{connection};
  int learnt = 0;
  for (const auto& key : taught(asset.item, meant)) {
    const auto of = std::ranges::find_if(meant, [&](const Meant& each) {
      return each.vendor_key == key.vendor && (key.product.empty() || each.product_key == key.product);
    });
    TRY(const auto same_text, aliases.of_text(asset.organisation, key.kind, key.of_vendor, key.text));
    const auto known = std::ranges::find(same_text, key, &store::Alias::key);
    const bool is_new = known == same_text.end() || known->denied;
    if (known == same_text.end()) {
      TRY(const auto count, aliases.count(asset.organisation));
      if (count >= kAliasesMax) break;
    }
    TRY(const auto id, aliases.put({.organisation = asset.organisation,
                                    .key = key,
                                    .shown = text::shorten(text::squeeze(shown_of(asset.item, key.kind)), 200),
                                    .vendor = of->vendor,
                                    .product = key.product.empty() ? std::string{} : of->product,
                                    .taught_by = actor.viewer.person,
                                    .taught_at = now}));
    TRY_VOID(aliases.add_lesson(id, asset.id, match.record));
    if (!is_new) continue;
    ++learnt;
    TRY_VOID(match_again(connection, key, asset.organisation));
  }
  return learnt;
}

Result<int> forget_lesson(store::Connection& connection, const store::Asset& asset, const store::AssetMatch& match) {
  TRY(const auto alone, store::Aliases{connection}.forget_lessons(asset.organisation, asset.id, match.record));
  for (const auto& each : alone) TRY_VOID(forget(connection, each));
  return static_cast<int>(alone.size());
}

Result<int> unlearn(store::Connection& connection, const Actor& actor, const store::Asset& asset,
                    const store::AssetMatch& match, Timestamp now) {
  TRY(auto forgotten, forget_lesson(connection, asset, match));
  store::Aliases aliases{connection};
  // That a thing is of a vendor is not in doubt because it is not this product.
  const std::pair<AliasKey, std::string_view> called[] = {
      {{.kind = AliasKind::product,
        .of_vendor = alias_vendor_key(asset.item.vendor),
        .text = alias_product_key(asset.item.product)},
       asset.item.product},
      {{.kind = AliasKind::order_number, .text = alias_number_key(asset.item.model)}, asset.item.model}};
  const auto is_meant = [&](const AliasKey& key) {
    return std::ranges::find(match.product_keys, key.vendor + "/" + key.product) != match.product_keys.end();
  };
  for (const auto& [key, shown] : called) {
    if (key.text.empty()) continue;
    TRY(const auto own, aliases.of_text(asset.organisation, key.kind, key.of_vendor, key.text));
    for (const auto& each : own) {
      if (each.denied || !is_meant(each.key)) continue;
      TRY_VOID(forget(connection, each));
      ++forgotten;
    }
    TRY(const auto community, aliases.accepted_of_text(key.kind, key.of_vendor, key.text));
    for (const auto& each : community) {
      if (!is_meant(each.key)) continue;
      TRY_VOID(aliases.put({.organisation = asset.organisation,
                            .key = each.key,
                            .shown = text::shorten(text::squeeze(shown), 200),
                            .vendor = each.vendor,
                            .product = each.product,
                            .denied = true,
                            .taught_by = actor.viewer.person,
                            .taught_at = now}));
      TRY_VOID(match_again(connection, each.key, asset.organisation));
      ++forgotten;
    }
  }
  return forgotten;
}

tocsin::Status match_again(store::Connection& connection, const AliasKey& key,
                           std::optional<domain::OrganisationId> organisation) {
  store::Aliases aliases{connection};
  store::Assets assets{connection};
  TRY_VOID(aliases.next_generation());
  std::vector<domain::OrganisationId> organisations;
  if (organisation) {
    organisations.push_back(*organisation);
  } else {
    TRY(organisations, aliases.organisations_with_assets());
  }
  for (const auto each : organisations) {
    TRY(auto vendors, assets.values(each, store::Assets::Column::vendor, kVendorsMax));
    vendors.emplace_back();
    for (const auto& vendor : vendors) {
      const auto vendor_key = alias_vendor_key(vendor);
      if (key.kind == AliasKind::vendor) {
        if (vendor_key == key.text) TRY_VOID(aliases.set_due(each, vendor));
        continue;
      }
      if (key.kind == AliasKind::product && vendor_key != key.of_vendor) continue;
      TRY(const auto texts, aliases.texts(each, vendor));
      std::vector<std::int64_t> due;
      for (const auto& asset : texts) {
        const auto text =
            key.kind == AliasKind::product ? alias_product_key(asset.product) : alias_number_key(asset.model);
        if (text == key.text) due.push_back(asset.id);
      }
      TRY_VOID(aliases.set_due(due));
    }
  }
  return ok();
}

Result<AliasBook> load_aliases(store::Connection& connection) {
  store::Aliases aliases{connection};
  AliasBook book;
  TRY(const auto own, aliases.all());
  for (const auto& each : own) book.add(each);
  TRY(const auto community, aliases.community(store::CommunityAliasState::accepted, 0));
  for (const auto& each : community) book.add(each);
  return book;
}

}  // namespace tocsin::engine::exposure
