#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "engine/advisories.hpp"
#include "engine/search/search.hpp"
#include "portal/html/safe.hpp"
#include "portal/html/template.hpp"

/// Small pieces that several pages show the same way, as HTML and as JSON.
namespace tocsin::portal::pages {

/// "9.8" of 98.
std::string score_text(int tenths);
/// "critical", in the reader's language.
std::string_view severity_word(formats::cvss::Severity severity);
/// "Critical", where it stands alone.
std::string_view severity_title(formats::cvss::Severity severity);
/// "interim", in the reader's language; what CSAF does not know as it is.
std::string_view document_status_text(std::string_view status);
/// Coloured badge with score and word ("9.8 critical"); severity is never told by colour alone.
html::Html severity_badge(formats::cvss::Severity severity, std::optional<int> score_tenths);
html::Html tlp_badge(domain::Tlp tlp);
/// <time datetime="2022-05-10T00:00:00Z" title="...">2022-05-10</time>, on the reader's clock (readers_clock.hpp).
html::Html date_html(Timestamp time);
html::Html datetime_html(Timestamp time);
/// The list row of an advisory, used by home, lists, vendor, product and vulnerability pages.
html::Html advisory_card_html(const engine::AdvisoryCard& card,
                              const std::vector<engine::search::Fragment>* snippet = nullptr);
/// The same for somebody who has read it, or has not.
html::Html advisory_card_html(const engine::AdvisoryCard& card, const std::vector<engine::search::Fragment>* snippet,
                              bool read);
/// Rows in a list, ready for <ul class="cards">.
html::Html advisory_cards_html(const std::vector<engine::AdvisoryCard>& cards);
std::string advisory_url(std::string_view slug);
std::string vendor_url(std::string_view vendor_key);
std::string product_url(std::string_view vendor_key, std::string_view product_key);
std::string vulnerability_url(std::string_view id);
/// "/advisories?q=..." for a filter text.
std::string search_url(std::string_view query);
/// 9.8 of 98; null where there is no score.
boost::json::value score_json(std::optional<int> tenths);
/// API object of a card; the same wherever a card appears.
boost::json::object card_json(const engine::AdvisoryCard& card);
/// API object of a search hit: a card with its snippet.
boost::json::object hit_json(const engine::search::Hit& hit);
/// Misspelled names that a search replaced: [{"typed":...,"used":...}].
boost::json::array corrections_json(const engine::search::SearchResult& result);
/// Wraps a list answer: {"items":[...],"next":...,"total":...}. Absolute path of the next page or null.
boost::json::object page_json(boost::json::array items, std::string_view next_path, std::optional<std::int64_t> total);

}  // namespace tocsin::portal::pages
