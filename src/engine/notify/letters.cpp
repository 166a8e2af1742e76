#include "engine/notify/letters.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::engine::notify {
namespace {

constexpr std::size_t kNameBytesMax = 120, kTitleBytesMax = 200, kSummaryBytesMax = 420;
constexpr std::int64_t kDayMicros = std::int64_t{24 * 3'600} * 1'000'000;
/// A mail server that is away for a week finds more important things to do.
constexpr std::int64_t kLastsMicros = 7 * kDayMicros;

std::string line(std::string_view text, std::size_t most = kNameBytesMax) {
  return text::shorten(text::squeeze(text), most);
}

void escape(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}
std::string escaped(std::string_view text) {
  std::string out;
  escape(out, text);
  return out;
}

/// A letter as text and as HTML, block by block. Nothing in it is fetched from anywhere: a letter that was opened tells
/// nobody of it.
class Sheet {
 public:
  explicit Sheet(std::string_view subject) {
    html_ = fmt::format(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light "
        "dark\"><title>{}</title></head>\n<body "
        "style=\"font-family:system-ui,sans-serif;line-height:1.5;max-width:40em;"
        "margin:1em auto;padding:0 1em\">\n",
        tag_of(current_language()), escaped(subject));
  }
  void paragraph(std::string_view text) {
    text_ += fmt::format("{}\n\n", text);
    html_ += fmt::format("<p>{}</p>\n", escaped(text));
  }
  void heading(std::string_view text, std::string_view url) {
    text_ += fmt::format("{}\n", text);
    html_ += fmt::format("<h2 style=\"font-size:1.1em;margin:1.5em 0 .3em\"><a href=\"{}\">{}</a></h2>\n", escaped(url),
                         escaped(text));
    url_ = url;
  }
  void detail(std::string_view text) {
    if (text.empty()) return;
    text_ += fmt::format("  {}\n", text);
    html_ += fmt::format("<p style=\"margin:.2em 0\">{}</p>\n", escaped(text));
  }
  void end_item() { text_ += fmt::format("  {}\n\n", url_); }
  void link(std::string_view label, std::string_view url) {
    text_ += fmt::format("{}\n{}\n\n", label, url);
    html_ += fmt::format("<p><a href=\"{}\">{}</a></p>\n", escaped(url), escaped(label));
  }
  void ending(const post::Options& options, std::string_view unsubscribe) {
    const auto site = line(options.site_name);
    const std::string_view why = tr<"You get this mail because you subscribed to such news.">();
    const std::string_view change = tr<"Change what you are told, and when:">();
    const std::string_view stop = tr<"No more mail of this kind:">();
    const auto where = fmt::format("{}/notifications", options.public_url);
    text_ +=
        fmt::format("-- \n{}\n{}\n{}\n{} {}\n{} {}\n", site, options.public_url, why, change, where, stop, unsubscribe);
    html_ += fmt::format(
        "<hr>\n<p style=\"font-size:.9em\"><a href=\"{}\">{}</a><br>{}<br>{} <a href=\"{}\">{}</a><br>{} <a "
        "href=\"{}\">{}</a></p>\n</body></html>\n",
        escaped(options.public_url), escaped(site), escaped(why), escaped(change), escaped(where),
        escaped(tr<"Notifications">()), escaped(stop), escaped(unsubscribe), escaped(tr<"Unsubscribe">()));
  }
  std::string text() && { return std::move(text_); }
  std::string html() && { return std::move(html_); }

 private:
  std::string text_, html_, url_;
};

std::string_view severity_text(formats::cvss::Severity severity) {
  using formats::cvss::Severity;
  switch (severity) {
    case Severity::critical:
      return tr<"#severity#critical">();
    case Severity::high:
      return tr<"#severity#high">();
    case Severity::medium:
      return tr<"#severity#medium">();
    case Severity::low:
      return tr<"#severity#low">();
    case Severity::none:
      break;
  }
  return tr<"#severity#none">();
}

/// "critical 9.8 - Example CERT - TLP:GREEN"
std::string facts_of(const Item& item) {
  std::string out{severity_text(item.severity)};
  if (item.score_tenths) out += fmt::format(" {}.{}", *item.score_tenths / 10, *item.score_tenths % 10);
  if (!item.publisher.empty()) out += " - " + line(item.publisher);
  return out + fmt::format(" - TLP:{}", to_string(item.tlp));
}

void write(Sheet& sheet, const post::Options& options, const Item& item, bool alone) {
  sheet.heading(heading(item), notice_url(options.public_url, item.notice));
  if (may_travel(item.tlp)) {
    sheet.detail(facts_of(item));
    if (alone) sheet.detail(text::shorten(text::squeeze(item.summary), kSummaryBytesMax));
    if (!item.why.empty()) {
      std::vector<std::string> names;
      for (const auto& each : item.why) names.push_back(line(each));
      sheet.detail(tr<"Subscription: {}">(line(fmt::format("{}", fmt::join(names, ", ")), 2 * kNameBytesMax)));
    }
  } else {
    sheet.detail(tr<"Sign in to read what it is: mail is read by others on its way.">());
  }
  sheet.end_item();
}

post::Letter finish(const post::Options& options, const domain::Person& to, std::string subject, Sheet sheet,
                    std::string_view token, Timestamp now) {
  const auto unsubscribe = unsubscribe_url(options.public_url, token);
  sheet.ending(options, unsubscribe);
  post::Letter letter{.purpose = post::Purpose::notice,
                      .person = to.id,
                      .address = to.email,
                      .subject = std::move(subject),
                      .expires_at = {now.micros + kLastsMicros}};
  auto other = sheet;
  letter.text = std::move(sheet).text();
  letter.html = std::move(other).html();
  letter.headers = {{"List-Unsubscribe", fmt::format("<{}>", unsubscribe)},
                    {"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"}};
  return letter;
}

std::string greeting(const domain::Person& to) {
  const auto name = line(to.name);
  return name.empty() ? std::string{tr<"Hello,">()} : tr<"Hello {},">(name);
}

}  // namespace

std::string notice_url(std::string_view public_url, std::int64_t notice) {
  return fmt::format("{}/notifications/{}", public_url, notice);
}

std::string assets_url(std::string_view public_url, std::int64_t notice) {
  return fmt::format("{}/notifications/assets/{}", public_url, notice);
}

std::string unsubscribe_url(std::string_view public_url, std::string_view token) {
  return fmt::format("{}/unsubscribe/{}", public_url, token);
}

std::string heading(const Item& item) {
  if (item.kind == store::NoticeKind::connected) {
    return may_travel(item.tlp) ? tr<"New connection: {}">(line(item.title, kTitleBytesMax))
                                : std::string{tr<"A new connection with what your organisation shared">()};
  }
  const auto what = may_travel(item.tlp) ? fmt::format("{}: {}", line(item.key), line(item.title, kTitleBytesMax))
                                         : std::string{tr<"TLP:{} advisory">(to_string(item.tlp))};
  switch (item.kind) {
    case store::NoticeKind::changed:
      return tr<"Changed: {}">(what);
    case store::NoticeKind::withdrawn:
      return tr<"Withdrawn: {}">(what);
    case store::NoticeKind::created:
    case store::NoticeKind::connected:
      break;
  }
  return tr<"New: {}">(what);
}

std::string heading(const AssetsItem& item) {
  const auto assets =
      trn<"{} added or changed asset", "{} added or changed assets">(item.assets, text::thousands(item.assets));
  return trn<"{} advisory speaks of {}", "{} advisories speak of {}">(item.advisories, text::thousands(item.advisories),
                                                                      assets);
}

post::Letter assets_letter(const post::Options& options, const domain::Person& to, const AssetsItem& item,
                           std::string_view token, Timestamp now) {
  const LanguageScope speaking{post::language_for(options, to.language, post::Cause::other)};
  const auto what = heading(item);
  auto subject = fmt::format("{}: {}", line(options.site_name), what);
  Sheet sheet{subject};
  sheet.paragraph(greeting(to));
  sheet.paragraph(fmt::format("{}.", what));
  if (item.added > 0 && item.added < item.assets) {
    sheet.paragraph(trn<"{} of them was added.", "{} of them were added.">(item.added, text::thousands(item.added)));
  }
  const auto url = assets_url(options.public_url, item.notice);
  if (std::cmp_less(item.worst.size(), item.advisories)) {
    sheet.paragraph(tr<"The most urgent ones:">());
  }
  for (const auto& each : item.worst) {
    if (may_travel(each.item.tlp)) {
      sheet.heading(fmt::format("{}: {}", line(each.item.key), line(each.item.title, kTitleBytesMax)), url);
      sheet.detail(facts_of(each.item));
    } else {
      sheet.heading(tr<"TLP:{} advisory">(to_string(each.item.tlp)), url);
    }
    sheet.detail(trn<"{} asset", "{} assets">(each.assets, text::thousands(each.assets)));
    sheet.end_item();
  }
  if (!item.why.empty()) {
    std::vector<std::string> names;
    for (const auto& each : item.why) names.push_back(line(each));
    sheet.paragraph(tr<"Subscription: {}">(line(fmt::format("{}", fmt::join(names, ", ")), 2 * kNameBytesMax)));
  }
  sheet.link(tr<"All of them, in the portal:">(), url);
  return finish(options, to, std::move(subject), std::move(sheet), token, now);
}

post::Letter letter(const post::Options& options, const domain::Person& to, domain::Pace pace,
                    const std::vector<Item>& items, std::string_view token, Timestamp now) {
  const LanguageScope speaking{post::language_for(options, to.language, post::Cause::other)};
  const auto site = line(options.site_name);
  const auto count = static_cast<std::int64_t>(items.size());
  const bool alone = items.size() == 1 && pace == domain::Pace::now;
  const auto subject = [&]() -> std::string {
    if (items.size() == 1) return fmt::format("{}: {}", site, heading(items.front()));
    const auto number = text::thousands(count);
    switch (pace) {
      case domain::Pace::daily:
        return fmt::format("{}: {}", site,
                           trn<"{} piece of news of the day", "{} pieces of news of the day">(count, number));
      case domain::Pace::weekly:
        return fmt::format("{}: {}", site,
                           trn<"{} piece of news of the week", "{} pieces of news of the week">(count, number));
      case domain::Pace::now:
        break;
    }
    return fmt::format("{}: {}", site, trn<"{} piece of news", "{} pieces of news">(count, number));
  }();
  Sheet sheet{subject};
  sheet.paragraph(greeting(to));
  for (const auto& item : items) write(sheet, options, item, alone);
  return finish(options, to, subject, std::move(sheet), token, now);
}

post::Letter test_letter(const post::Options& options, const domain::Person& to,
                         const domain::Subscription& subscription, std::string_view token, Timestamp now) {
  const LanguageScope speaking{post::language_for(options, to.language, post::Cause::recipient)};
  const auto site = line(options.site_name);
  const auto subject = fmt::format("{}: {}", site, tr<"test of a subscription">());
  Sheet sheet{subject};
  sheet.paragraph(greeting(to));
  sheet.paragraph(
      tr<"Letters of your subscription \"{}\" arrive: this one was asked for on its page, and tells nothing "
         "new.">(line(subscription.name)));
  auto made = finish(options, to, subject, std::move(sheet), token, now);
  made.purpose = post::Purpose::test;
  return made;
}

}  // namespace tocsin::engine::notify
