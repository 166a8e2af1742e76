#include "formats/document/document.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/charset.hpp"
#include "base/hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/document/mime.hpp"
#include "formats/feed/html_text.hpp"

namespace tocsin::formats::document {
namespace {

constexpr std::size_t kTitleBytesMax = 200;
constexpr std::size_t kLinksMax = 5'000;
constexpr std::string_view kFormats[] = {"text", "markdown", "html", "mail", "pdf"};

std::string title_of(std::string_view text) { return text::shorten(text::squeeze(text), kTitleBytesMax); }

void add_piece(Document& document, Piece piece) {
  if (piece.text.size() > threat_text::kTextBytesMax) {
    auto size = threat_text::kTextBytesMax;
    while (size > 0 && (static_cast<unsigned char>(piece.text[size]) & 0xC0U) == 0x80U) --size;
    piece.text.resize(size);
    document.cut = true;
  }
  document.pieces.push_back(std::move(piece));
}

/// What stands between the title's tags.
std::string html_title(std::string_view html) {
  constexpr std::size_t kLookedAt = 64 << 10;
  const auto head = text::lower_ascii(html.substr(0, kLookedAt));
  const auto begin = head.find("<title");
  const auto from = begin == head.npos ? head.npos : head.find('>', begin);
  const auto end = from == head.npos ? head.npos : head.find("</title", from);
  return end == head.npos ? std::string{} : title_of(feed::text_of_html(html.substr(from + 1, end - from - 1)));
}

void add_html(Document& document, std::string_view html) {
  add_piece(document, {.place = Place::html, .name = {}, .text = feed::text_of_html(html)});
  std::string links;
  std::size_t count = 0;
  for (const auto& link : feed::links_of_html(html)) {
    std::string_view target = link;
    if (text::equals_ignore_case_ascii(target.substr(0, 7), "mailto:")) {
      target.remove_prefix(7);
      target = target.substr(0, target.find('?'));
    }
    if (++count > kLinksMax) {
      document.cut = true;
      break;
    }
    links.append(text::squeeze(target)).append("\n");
  }
  if (!links.empty()) add_piece(document, {.place = Place::link, .name = {}, .text = std::move(links)});
}

/// "# The title", or the first line that says something.
std::string first_line(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text::trim(text.substr(at, end - at));
    while (line.starts_with('#')) line.remove_prefix(1);
    line = text::trim(line);
    if (line.size() >= 3) return title_of(line);
    at = end + 1;
  }
  return {};
}

Result<Document> read_mail_document(std::string_view bytes) {
  TRY(auto mail, read_mail(bytes));
  Document out;
  out.format = Format::mail;
  out.cut = mail.cut;
  out.title = title_of(mail.header("Subject"));
  for (const auto& each : mail.parts) {
    if (each.attached) {
      auto hash = sha256_hex(each.bytes);
      auto name = each.file_name.empty() ? each.media_type : each.file_name;
      add_piece(out, {.place = Place::attachment, .name = name, .text = hash});
      out.attachments.push_back({.name = std::move(name),
                                 .media_type = each.media_type,
                                 .sha256 = std::move(hash),
                                 .bytes = each.bytes.size()});
    } else if (each.media_type == "text/html") {
      add_html(out, each.bytes);
    } else {
      add_piece(out, {.place = Place::text, .name = {}, .text = each.bytes});
    }
  }
  constexpr std::string_view kTold[] = {"From",     "Reply-To", "Sender",          "Return-Path",
                                        "Received", "Subject",  "X-Originating-IP"};
  for (const auto& each : mail.headers) {
    const auto* const told = std::ranges::find_if(
        kTold, [&](std::string_view name) { return text::equals_ignore_case_ascii(name, each.name); });
    if (told == std::end(kTold)) continue;
    add_piece(out, {.place = Place::header, .name = std::string{*told}, .text = each.value});
  }
  return out;
}

Reserve reserve_of(const Hit& hit, Format format) noexcept {
  using threat_text::Kind;
  if (hit.found.kind == Kind::cwe) return Reserve::no_part;
  if (!threat_text::is_observable(hit.found.kind)) return Reserve::none;
  if (hit.doubt) return Reserve::doubtful;
  if (hit.place == Place::header && hit.name != "Subject") return Reserve::header;
  const bool leads = hit.found.kind == Kind::url || hit.place == Place::link;
  // In a mail links are what one is to fall for; elsewhere they lead to sources.
  if (leads && format != Format::mail && !hit.found.defanged) return Reserve::plain_link;
  return Reserve::none;
}

}  // namespace

std::string_view to_string(Format format) noexcept { return kFormats[static_cast<std::size_t>(format)]; }

std::optional<Format> parse_format(std::string_view text) noexcept {
  const auto* const found = std::ranges::find(kFormats, text);
  if (found == std::end(kFormats)) return std::nullopt;
  return static_cast<Format>(found - std::begin(kFormats));
}

std::string_view to_string(Place place) noexcept {
  constexpr std::string_view kNames[] = {"text", "html", "link", "header", "attachment"};
  return kNames[static_cast<std::size_t>(place)];
}

std::string_view to_string(Reserve reserve) noexcept {
  constexpr std::string_view kNames[] = {"", "doubtful", "header", "plain-link", "no-part"};
  return kNames[static_cast<std::size_t>(reserve)];
}

std::string Document::reading() const {
  std::string out;
  for (const auto wanted : {Place::text, Place::html}) {
    for (const auto& piece : pieces) {
      if (piece.place != wanted || text::trim(piece.text).empty()) continue;
      if (!out.empty()) out += "\n\n";
      out += text::trim(piece.text);
    }
    if (!out.empty()) break;
  }
  return out;
}

Result<Format> recognise(std::string_view bytes, std::string_view file_name) {
  constexpr std::size_t kLookedAt = 1'024;
  const auto head = bytes.substr(0, kLookedAt);
  if (head.find("%PDF-") != head.npos) return Format::pdf;
  const bool utf16 = head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF");
  if (!utf16 && head.find('\0') != head.npos) {
    return Error::invalid(std::string{tr<"this is neither a text, Markdown, HTML, a mail nor a PDF">()});
  }
  const auto dot = file_name.rfind('.');
  const auto ending = dot == file_name.npos ? std::string{} : text::lower_ascii(file_name.substr(dot + 1));
  if (ending == "eml" || looks_like_mail(bytes)) return Format::mail;
  const auto lower = text::lower_ascii(text::trim(head));
  if (ending == "html" || ending == "htm" || ending == "xhtml" || lower.starts_with("<!doctype html") ||
      lower.starts_with("<html") || (lower.starts_with("<?xml") && lower.find("<html") != lower.npos)) {
    return Format::html;
  }
  return ending == "md" || ending == "markdown" ? Format::markdown : Format::text;
}

Result<Document> read(std::string_view bytes, Format format) {
  if (bytes.size() > kDocumentBytesMax) return Error::too_large("file", kDocumentBytesMax);
  const bool utf16 = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
  Document out;
  out.format = format;
  switch (format) {
    case Format::mail:
      return read_mail_document(bytes);
    case Format::pdf:
      return Error::invalid(std::string{tr<"a PDF is not read here">()});
    case Format::html: {
      const auto html = text::to_utf8(bytes, utf16 ? "utf-16" : feed::charset_of_html(bytes));
      out.title = html_title(html);
      add_html(out, html);
      break;
    }
    case Format::markdown:
    case Format::text:
      add_piece(out, {.place = Place::text, .name = {}, .text = text::to_utf8(bytes, utf16 ? "utf-16" : "")});
      break;
  }
  if (out.title.empty()) out.title = first_line(out.pieces.front().text);
  return out;
}

Document of_pages(const std::vector<std::string>& pages, std::string_view title) {
  Document out;
  out.format = Format::pdf;
  std::size_t number = 0;
  for (const auto& page : pages) {
    add_piece(out, {.place = Place::text, .name = {}, .text = text::to_utf8(page), .page = ++number});
  }
  out.title = title_of(text::to_utf8(title));
  for (const auto& piece : out.pieces) {
    if (!out.title.empty()) break;
    out.title = first_line(piece.text);
  }
  return out;
}

std::vector<Hit> hits_of(const Document& document) {
  std::vector<Hit> out;
  std::map<std::pair<threat_text::Kind, std::string>, std::size_t> known;
  for (const auto& piece : document.pieces) {
    std::size_t at = 0, line = 1;
    for (auto& found : threat_text::extract(piece.text)) {
      line +=
          static_cast<std::size_t>(std::ranges::count(std::string_view{piece.text}.substr(at, found.begin - at), '\n'));
      at = found.begin;
      const bool has_lines = piece.place == Place::text || piece.place == Place::html;
      Hit hit{.found = std::move(found),
              .place = piece.place,
              .name = piece.name,
              .page = piece.page,
              .line = has_lines ? line : 0,
              .doubt = {}};
      hit.doubt = threat_text::doubt_here(hit.found);
      hit.reserve = reserve_of(hit, document.format);
      const auto [place, fresh] = known.try_emplace({hit.found.kind, threat_text::spelled(hit.found)}, out.size());
      if (!fresh) {
        auto& before = out[place->second];
        ++before.times;
        before.found.defanged = before.found.defanged || hit.found.defanged;
        if (hit.reserve == Reserve::none) before.reserve = Reserve::none;
      } else if (out.size() >= kHitsMax) {
        known.erase(place);
      } else {
        out.push_back(std::move(hit));
      }
    }
  }
  return out;
}

}  // namespace tocsin::formats::document
