#include "formats/feed/news.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/cvrf/xml.hpp"
#include "formats/feed/html_text.hpp"

namespace tocsin::formats::feed {
namespace {

using cvrf::Element;

constexpr std::string_view kAtom = "http://www.w3.org/2005/Atom";
constexpr std::string_view kRss1 = "http://purl.org/rss/1.0/";
constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
constexpr std::string_view kDublinCore = "http://purl.org/dc/elements/1.1/";
constexpr std::string_view kContent = "http://purl.org/rss/1.0/modules/content/";
constexpr std::size_t kDepthMax = 200;
constexpr std::int64_t kSecond = 1'000'000;

const Element* child(const Element& of, std::string_view uri, std::string_view local) {
  const auto found = std::ranges::find_if(
      of.children, [&](const Element* each) { return each->uri == uri && each->local() == local; });
  return found == of.children.end() ? nullptr : *found;
}

std::string line_of(std::string_view text) { return text::shorten(text::squeeze(text), kNewsLineMax); }
std::string text_at(const Element& of, std::string_view uri, std::string_view local) {
  const auto* found = child(of, uri, local);
  return found != nullptr ? found->text : std::string{};
}

bool is_web_address(std::string_view url) {
  const auto lower = text::lower_ascii(url.substr(0, 8));
  return (lower.starts_with("https://") || lower.starts_with("http://")) && url.size() <= 2'048 &&
         std::ranges::none_of(url, [](char c) { return c <= ' ' || c == '"' || c == '<' || c == '>'; });
}
std::string address_of(std::string_view text) {
  const auto trimmed = text::trim(text);
  return is_web_address(trimmed) ? std::string{trimmed} : std::string{};
}

/// Text and elements within XHTML; blocks as lines. Text beside elements has lost its place among them, so it comes
/// first.
void append_xhtml(std::string& out, const Element& of) {
  if (of.local() == "script" || of.local() == "style") return;
  if (!of.text.empty()) out.append(out.empty() || out.ends_with('\n') ? "" : " ").append(text::squeeze(of.text));
  for (const auto* each : of.children) append_xhtml(out, *each);
  constexpr std::string_view kLines[] = {"p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4"};
  if (std::ranges::find(kLines, of.local()) != std::end(kLines) && !out.empty() && !out.ends_with('\n')) out += '\n';
}

/// An Atom text construct (RFC 4287 section 3.1) or content as plain text.
std::string atom_text(const Element* of) {
  if (of == nullptr) return {};
  const auto* type = of->attribute("type");
  const auto kind = type != nullptr ? text::lower_ascii(type->value) : std::string{};
  if (kind == "xhtml" || !of->children.empty()) {
    std::string out;
    append_xhtml(out, *of);
    return std::string{text::trim(out)};
  }
  if (kind == "html" || kind == "text/html") return text_of_html(of->text);
  return std::string{text::trim(of->text)};
}

void add_category(NewsEntry& entry, std::string_view category) {
  auto name = line_of(category);
  if (name.empty() || entry.categories.size() == kNewsCategoriesMax) return;
  if (std::ranges::find(entry.categories, name) == entry.categories.end()) entry.categories.push_back(std::move(name));
}

/// Dates as they stand, before the feed's own stand in.
struct Dates {
  std::optional<Timestamp> published, updated;
};

class Reader {
 public:
  Reader(const Element& root, const NewsLimits& limits) : root_(root), limits_(limits) {}

  Result<News> read() {
    if (root_.uri == kAtom && root_.local() == "feed") {
      TRY_VOID(atom());
    } else if (root_.uri.empty() && root_.local() == "rss") {
      const auto* channel = child(root_, {}, "channel");
      if (channel == nullptr) return Error::invalid("The feed has no channel", root_.path());
      TRY_VOID(rss(*channel, *channel, {}));
    } else if (root_.uri == kRdf && root_.local() == "RDF") {
      const auto* channel = child(root_, kRss1, "channel");
      if (channel == nullptr) return Error::invalid("The feed has no channel", root_.path());
      TRY_VOID(rss(*channel, root_, kRss1));
    } else {
      return Error::invalid("Is XML, but no feed of news: Atom 1.0, RSS 2.0 and RSS 1.0 are known", root_.path());
    }
    if (news_.title.empty()) news_.title = news_.id;
    if (news_.id.empty()) news_.id = news_.title;
    if (news_.id.empty()) return Error::invalid("The feed has neither a title nor an id", root_.path());
    return std::move(news_);
  }

 private:
  Status atom() {
    news_.title = line_of(atom_text(child(root_, kAtom, "title")));
    news_.link = atom_link(root_);
    news_.id = line_of(text_at(root_, kAtom, "id"));
    if (news_.id.empty()) news_.id = news_.link;
    otherwise_.updated = parse_news_date(text_at(root_, kAtom, "updated"));
    for (const auto* each : root_.children) {
      if (each->uri != kAtom || each->local() != "entry") continue;
      NewsEntry entry;
      entry.id = line_of(text_at(*each, kAtom, "id"));
      entry.title = line_of(atom_text(child(*each, kAtom, "title")));
      entry.link = atom_link(*each);
      entry.text = atom_text(child(*each, kAtom, "content"));
      if (entry.text.empty()) entry.text = atom_text(child(*each, kAtom, "summary"));
      if (const auto* author = child(*each, kAtom, "author")) entry.author = line_of(text_at(*author, kAtom, "name"));
      for (const auto* category : each->children) {
        if (category->uri != kAtom || category->local() != "category") continue;
        const auto* label = category->attribute("label");
        const auto* name = label != nullptr ? label : category->attribute("term");
        if (name != nullptr) add_category(entry, name->value);
      }
      TRY_VOID(add(*each, std::move(entry),
                   {.published = parse_news_date(text_at(*each, kAtom, "published")),
                    .updated = parse_news_date(text_at(*each, kAtom, "updated"))}));
    }
    return ok();
  }

  /// The page that a feed or an entry is of: rel "alternate", which is meant where none is said.
  static std::string atom_link(const Element& of) {
    for (const auto* each : of.children) {
      if (each->uri != kAtom || each->local() != "link") continue;
      const auto* rel = each->attribute("rel");
      const auto* href = each->attribute("href");
      if (href == nullptr || (rel != nullptr && rel->value != "alternate")) continue;
      if (auto address = address_of(href->value); !address.empty()) return address;
    }
    return {};
  }

  /// RSS 2.0 has its items in the channel and no namespace, RSS 1.0 beside it.
  Status rss(const Element& channel, const Element& holder, std::string_view uri) {
    news_.title = line_of(text_of_html(text_at(channel, uri, "title")));
    news_.link = address_of(text_at(channel, uri, "link"));
    news_.id = news_.link;
    for (const auto* each : channel.children) {
      const auto* href = each->uri == kAtom && each->local() == "link" ? each->attribute("href") : nullptr;
      if (news_.id.empty() && href != nullptr) news_.id = address_of(href->value);
    }
    for (const std::string_view name : {"lastBuildDate", "pubDate"}) {
      if (!otherwise_.updated) otherwise_.updated = parse_news_date(text_at(channel, uri, name));
    }
    if (!otherwise_.updated) otherwise_.updated = parse_news_date(text_at(channel, kDublinCore, "date"));
    for (const auto* each : holder.children) {
      if (each->uri != uri || each->local() != "item") continue;
      NewsEntry entry;
      entry.id = line_of(text_at(*each, uri, "guid"));
      if (const auto* about = rdf_about(*each); entry.id.empty() && about != nullptr) entry.id = line_of(about->value);
      entry.title = line_of(text_of_html(text_at(*each, uri, "title")));
      entry.link = address_of(text_at(*each, uri, "link"));
      if (entry.link.empty()) entry.link = address_of(entry.id);
      entry.text = text_of_html(text_at(*each, kContent, "encoded"));
      if (entry.text.empty()) entry.text = text_of_html(text_at(*each, uri, "description"));
      entry.author = line_of(text_at(*each, kDublinCore, "creator"));
      if (entry.author.empty()) entry.author = line_of(text_at(*each, uri, "author"));
      for (const auto* category : each->children) {
        const bool is_one = (category->uri == uri && category->local() == "category") ||
                            (category->uri == kDublinCore && category->local() == "subject");
        if (is_one) add_category(entry, category->text);
      }
      auto published = parse_news_date(text_at(*each, uri, "pubDate"));
      if (!published) published = parse_news_date(text_at(*each, kDublinCore, "date"));
      TRY_VOID(add(*each, std::move(entry),
                   {.published = published, .updated = parse_news_date(text_at(*each, kAtom, "updated"))}));
    }
    return ok();
  }
  static const cvrf::Attribute* rdf_about(const Element& of) {
    const auto found = std::ranges::find_if(
        of.attributes, [](const cvrf::Attribute& each) { return each.uri == kRdf && each.local() == "about"; });
    return found == of.attributes.end() ? nullptr : &*found;
  }

  Status add(const Element& from, NewsEntry entry, Dates dates) {
    if (news_.entries.size() + news_.refused.size() == limits_.entries_max) {
      Error error = Error::invalid(fmt::format("The feed has more than {} entries", limits_.entries_max), from.path());
      error.code = Error::Code::too_large;
      return error;
    }
    const auto refuse = [&](std::string why) {
      news_.refused.push_back({fmt::format("{}:1", from.line), std::move(why)});
      return ok();
    };
    if (entry.id.empty()) entry.id = entry.link;
    if (entry.id.empty()) entry.id = entry.title;
    if (entry.id.empty()) return refuse("The entry has no id, no link and no title");
    entry.text = text::shorten(entry.text, kNewsTextMax);
    if (entry.title.empty()) entry.title = line_of(text::shorten(entry.text, 100));
    if (entry.title.empty()) entry.title = entry.id;
    // Programs that write feeds put the date of the feed where entries have none.
    if (!dates.published && !dates.updated) dates.updated = otherwise_.updated;
    if (!dates.published && !dates.updated) return refuse("The entry has no date that can be read, nor has the feed");
    entry.updated = dates.updated.value_or(*(dates.published ? dates.published : dates.updated));
    entry.published = std::min(dates.published.value_or(entry.updated), entry.updated);
    news_.entries.push_back(std::move(entry));
    return ok();
  }

  const Element& root_;
  NewsLimits limits_;
  Dates otherwise_;
  News news_;
};

// --- dates ---

struct Words {
  std::string_view rest;
  std::string_view next() {
    rest = text::trim(rest);
    const auto end = std::min(rest.find_first_of(" \t\r\n,"), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
  }
};

std::optional<int> number_of(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || out < 0) return std::nullopt;
  return out;
}

std::optional<unsigned> month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto found = std::ranges::find(kMonths, text::lower_ascii(name.substr(0, 3)));
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

/// Seconds east of UTC.
std::optional<int> zone_of(std::string_view name) {
  if (name.empty()) return 0;
  if (name.front() == '+' || name.front() == '-') {
    std::string digits{name.substr(1)};
    std::erase(digits, ':');
    const auto number = number_of(digits);
    if (!number || digits.size() != 4 || *number % 100 >= 60 || *number / 100 > 14) return std::nullopt;
    return (name.front() == '-' ? -1 : 1) * (*number / 100 * 3600 + *number % 100 * 60);
  }
  constexpr std::pair<std::string_view, int> kZones[] = {
      {"gmt", 0},  {"ut", 0},   {"utc", 0},  {"z", 0},    {"est", -5}, {"edt", -4}, {"cst", -6}, {"cdt", -5},
      {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}, {"cet", 1},  {"cest", 2}, {"bst", 1},
  };
  const auto lower = text::lower_ascii(name);
  const auto* const found = std::ranges::find(kZones, lower, &std::pair<std::string_view, int>::first);
  return found == std::end(kZones) ? std::nullopt : std::optional{found->second * 3600};
}

std::optional<Timestamp> rfc_822(std::string_view text) {
  Words words{text};
  auto word = words.next();
  auto day = number_of(word);
  if (!day) day = number_of(words.next());  // After "Tue,".
  const auto month = month_of(words.next());
  auto year = number_of(words.next());
  if (!day || !month || !year) return std::nullopt;
  // Of two digits in RFC 822; read as RFC 2822 section 4.3 says.
  if (*year < 100) *year += *year < 50 ? 2000 : 1900;
  const auto date = from_date(*year, *month, static_cast<unsigned>(*day));
  if (!date) return std::nullopt;
  const auto clock = text::split(words.next(), ':');
  std::array<int, 3> parts{};
  if (clock.size() != 2 && clock.size() != 3) return std::nullopt;
  for (std::size_t i = 0; i < clock.size(); ++i) {
    const auto part = number_of(clock[i]);
    if (!part) return std::nullopt;
    parts.at(i) = *part;
  }
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 60) return std::nullopt;
  const auto zone = zone_of(words.next());
  if (!zone) return std::nullopt;
  const std::int64_t seconds = parts[0] * 3600 + parts[1] * 60 + std::min(parts[2], 59) - *zone;
  return Timestamp{date->micros + seconds * kSecond};
}

}  // namespace

std::optional<Timestamp> parse_news_date(std::string_view text) {
  const auto trimmed = text::trim(text);
  if (trimmed.empty() || trimmed.size() > 64) return std::nullopt;
  if (const auto whole = parse_rfc3339(trimmed)) return *whole;
  // W3C's profile of ISO 8601: a date alone, or a time without seconds.
  if (trimmed.size() == 10) {
    if (const auto date = parse_rfc3339(std::string{trimmed} + "T00:00:00Z")) return *date;
  }
  if (trimmed.size() > 16 && trimmed[10] == 'T' && trimmed[13] == ':') {
    if (const auto minute =
            parse_rfc3339(std::string{trimmed.substr(0, 16)} + ":00" + std::string{trimmed.substr(16)})) {
      return *minute;
    }
  }
  return rfc_822(trimmed);
}

Result<News> read_news(std::string_view bytes, const NewsLimits& limits) {
  TRY(const auto document,
      cvrf::parse_xml(bytes, {.bytes_max = limits.bytes_max, .depth_max = kDepthMax, .bare_doctype = true}));
  return Reader{document.root(), limits}.read();
}

bool looks_like_news(std::string_view bytes) {
  if (!cvrf::looks_like_xml(bytes)) return false;
  constexpr std::size_t kHeadBytes = std::size_t{64} << 10;
  std::string head{bytes.substr(0, kHeadBytes)};
  std::erase(head, '\0');
  // Past what may stand before the root element.
  std::size_t at = 0;
  while ((at = head.find('<', at)) != std::string::npos) {
    const auto rest = std::string_view{head}.substr(at + 1);
    if (rest.starts_with("!--")) {
      const auto end = rest.find("-->", 3);
      if (end == rest.npos) return false;
      at += 1 + end;
    } else if (rest.starts_with('?')) {
      const auto end = rest.find("?>", 1);
      if (end == rest.npos) return false;
      at += 1 + end;
    } else if (rest.starts_with('!')) {
      ++at;
    } else {
      const auto name = rest.substr(0, rest.find_first_of(" \t\r\n>/"));
      const auto colon = name.find(':');
      const auto local = colon == name.npos ? name : name.substr(colon + 1);
      return local == "rss" || local == "RDF" || (local == "feed" && rest.find(kAtom) != rest.npos);
    }
  }
  return false;
}

}  // namespace tocsin::formats::feed
