#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "domain/person.hpp"
#include "domain/subscription.hpp"
#include "domain/tlp.hpp"
#include "engine/post/post.hpp"
#include "formats/cvss/cvss.hpp"
#include "store/notices.hpp"

/// What letters of notices say, as text and as HTML, in the language of who reads them.
///
/// Mail is read by others on its way: of what is marked TLP:AMBER or above a letter tells that there is something, and
/// neither what nor who asked for it (TLP 2.0: whoever passes it on answers for the way).
namespace tocsin::engine::notify {

struct Item {
  std::int64_t notice = 0;
  store::NoticeKind kind = store::NoticeKind::created;
  domain::Tlp tlp = domain::Tlp::clear;
  /// Of threat knowledge (`connected`) the title alone; where letters and feeds tell of it, red and nothing else.
  std::string key = {}, title = {}, summary = {}, publisher = {};
  formats::cvss::Severity severity = formats::cvss::Severity::none;
  std::optional<int> score_tenths = {};
  std::vector<std::string> why = {};  ///< Names of the subscriptions.
};
/// May a letter, or a feed, say what it is?
inline bool may_travel(domain::Tlp tlp) noexcept { return tlp <= domain::Tlp::green; }

/// Assets that were added or changed, and what they are affected by since.
struct AssetsItem {
  std::int64_t notice = 0;
  std::int64_t assets = 0, added = 0, advisories = 0;
  struct Advisory {
    Item item;
    std::int64_t assets = 0;
    std::string slug = {};
  };
  std::vector<Advisory> worst = {};   ///< The most urgent first, at most kWorstTold.
  std::vector<std::string> why = {};  ///< Names of the subscriptions.
};
inline constexpr std::size_t kWorstTold = 10;

/// More than that are told in several letters.
inline constexpr std::size_t kItemsPerLetter = 25;

/// The address in the portal that leads to what a notice tells of, and says nothing of it.
std::string notice_url(std::string_view public_url, std::int64_t notice);
std::string assets_url(std::string_view public_url, std::int64_t notice);
/// What somebody opens, or their mail program asks by POST (RFC 8058), to get no more of such letters.
std::string unsubscribe_url(std::string_view public_url, std::string_view token);
/// "Changed: ..." for lists and feeds; without what must not travel.
std::string heading(const Item& item);

/// "9 advisories speak of 17 added or changed assets"
std::string heading(const AssetsItem& item);

/// `items`: 1..kItemsPerLetter. One that is told at once is a letter of its own.
post::Letter letter(const post::Options& options, const domain::Person& to, domain::Pace pace,
                    const std::vector<Item>& items, std::string_view token, Timestamp now);
/// One letter, whatever the number of assets. Names none of them.
post::Letter assets_letter(const post::Options& options, const domain::Person& to, const AssetsItem& item,
                           std::string_view token, Timestamp now);
/// That letters of this subscription arrive.
post::Letter test_letter(const post::Options& options, const domain::Person& to,
                         const domain::Subscription& subscription, std::string_view token, Timestamp now);

}  // namespace tocsin::engine::notify
