#include "formats/threat_text/extract.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/cve/cve_id.hpp"
#include "formats/stix/forms.hpp"

namespace tocsin::formats::threat_text {
namespace {

constexpr std::size_t kTokenBytesMax = 2'048;
constexpr std::size_t kPortDigitsMax = 5;
constexpr unsigned kPortMax = 65'535;
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool all_digits(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_digit); }

/// What stands for something else, longest first where one begins another. The words need something on both sides.
struct Mask {
  std::string_view written, meant;
  bool is_word = false;  ///< Blanks around it belong to it.
};
constexpr Mask kMasks[] = {
    {"[://]", "://"},     {"[:]//", "://"},     {"[:]", ":"},         {"[.]", "."}, {"(.)", "."}, {"{.}", "."},
    {"[dot]", ".", true}, {"(dot)", ".", true}, {"{dot}", ".", true}, {"[@]", "@"}, {"(@)", "@"}, {"[at]", "@", true},
    {"(at)", "@", true},  {"{at}", "@", true},  {"[/]", "/"},         {"[.", "."},  {"\\.", "."},
};
constexpr std::pair<std::string_view, std::string_view> kSchemes[] = {
    {"hxxps", "https"}, {"hxxp", "http"}, {"httxs", "https"}, {"fxps", "ftps"}, {"fxp", "ftp"}};

/// A text without masks, and where each of its bytes comes from.
struct Plain {
  std::string text;
  std::vector<std::uint32_t> from, to;  ///< Of each byte: begin and end in the text that was given.
  std::vector<bool> changed;

  void add(char c, std::size_t begin, std::size_t end, bool is_changed) {
    text += c;
    from.push_back(static_cast<std::uint32_t>(begin));
    to.push_back(static_cast<std::uint32_t>(end));
    changed.push_back(is_changed);
  }
  void drop_last() {
    text.pop_back();
    from.pop_back();
    to.pop_back();
    changed.pop_back();
  }
  bool was_changed(std::size_t begin, std::size_t end) const {
    return std::any_of(changed.begin() + static_cast<std::ptrdiff_t>(begin),
                       changed.begin() + static_cast<std::ptrdiff_t>(end), [](bool each) { return each; });
  }
};

const Mask* mask_at(std::string_view text, std::size_t at) noexcept {
  const char c = text[at];
  if (c != '[' && c != '(' && c != '{' && c != '\\') return nullptr;
  for (const auto& each : kMasks) {
    const auto part = text.substr(at, each.written.size());
    if (!text::equals_ignore_case_ascii(part, each.written)) continue;
    // "[." alone is one only before a name: "[...]" is no dot.
    if (each.written == "[." || each.written == "\\.") {
      const auto next = at + each.written.size();
      if (at == 0 || next >= text.size() || is_blank(text[at - 1]) ||
          !(is_letter(text[next]) || is_digit(text[next]))) {
        return nullptr;
      }
    }
    return &each;
  }
  return nullptr;
}

const std::pair<std::string_view, std::string_view>* scheme_at(std::string_view text, std::size_t at) noexcept {
  if (text[at] != 'h' && text[at] != 'H' && text[at] != 'f' && text[at] != 'F') return nullptr;
  if (at > 0 && (is_letter(text[at - 1]) || is_digit(text[at - 1]))) return nullptr;
  for (const auto& each : kSchemes) {
    if (!text::equals_ignore_case_ascii(text.substr(at, each.first.size()), each.first)) continue;
    const auto behind = text.substr(at + each.first.size());
    if (behind.starts_with("://") || behind.starts_with("[:") || behind.starts_with(":\\\\")) return &each;
  }
  return nullptr;
}

Plain plain_of(std::string_view given) {
  Plain out;
  out.text.reserve(given.size());
  for (std::size_t at = 0; at < given.size();) {
    // Word processors and pages hold words apart by it.
    if (given.substr(at, kNoBreakSpace.size()) == kNoBreakSpace) {
      out.add(' ', at, at + kNoBreakSpace.size(), false);
      at += kNoBreakSpace.size();
      continue;
    }
    // "[.example]": what closes it behind the label ends the token.
    if (const auto* scheme = scheme_at(given, at)) {
      const auto end = at + scheme->first.size();
      for (const char c : scheme->second) out.add(c, at, end, true);
      at = end;
      continue;
    }
    const auto* mask = mask_at(given, at);
    if (mask == nullptr) {
      out.add(given[at], at, at + 1, false);
      ++at;
      continue;
    }
    auto end = at + mask->written.size();
    auto begin = at;
    if (mask->is_word) {
      auto next = end;
      while (next < given.size() && (given[next] == ' ' || given[next] == '\t')) ++next;
      auto before = out.text.size();
      while (before > 0 && (out.text[before - 1] == ' ' || out.text[before - 1] == '\t')) --before;
      const bool joins = before > 0 && next < given.size() && next - end <= 2 && out.text.size() - before <= 2 &&
                         (is_letter(out.text[before - 1]) || is_digit(out.text[before - 1])) &&
                         (is_letter(given[next]) || is_digit(given[next]));
      if (!joins) {
        out.add(given[at], at, at + 1, false);
        ++at;
        continue;
      }
      while (out.text.size() > before) {
        begin = out.from.back();
        out.drop_last();
      }
      end = next;
    }
    for (const char c : mask->meant) out.add(c, begin, end, true);
    at = end;
  }
  return out;
}

// --- what a token is ---

constexpr std::string_view kFileEndings[] = {
    "asp", "aspx", "bak",  "bat", "bin",  "bmp",  "cfg", "class", "cmd",  "conf", "cpp", "csv",  "dat",  "dll", "dmp",
    "doc", "docm", "docx", "dwg", "elf",  "exe",  "gif", "gz",    "hpp",  "hta",  "htm", "html", "img",  "ini", "iso",
    "jar", "jpeg", "jpg",  "js",  "json", "jsp",  "lnk", "log",   "lua",  "mdb",  "msi", "msp",  "ocx",  "old", "pcap",
    "pdb", "pdf",  "php",  "png", "ppt",  "pptx", "ps1", "psm1",  "rar",  "reg",  "rtf", "scr",  "sql",  "sys", "tar",
    "tmp", "ttf",  "txt",  "vbe", "vbs",  "vhd",  "wsf", "xls",   "xlsm", "xlsx", "xml", "yaml", "yara", "yml"};

bool is_label(std::string_view label) noexcept {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_domain(std::string_view name) noexcept {
  if (name.size() > 253 || name.find('.') == name.npos) return false;
  std::string_view rest = name, last;
  while (true) {
    const auto dot = rest.find('.');
    last = rest.substr(0, dot);
    if (!is_label(last)) return false;
    if (dot == rest.npos) break;
    rest.remove_prefix(dot + 1);
  }
  const bool punycode = last.size() > 4 && text::equals_ignore_case_ascii(last.substr(0, 4), "xn--");
  if (!punycode && (last.size() < 2 || !std::ranges::all_of(last, is_letter))) return false;
  return std::ranges::none_of(kFileEndings,
                              [&](std::string_view each) { return text::equals_ignore_case_ascii(each, last); });
}

/// Four numbers without leading zeros; a prefix may follow.
std::optional<std::string> ipv4_of(std::string_view token) {
  if (token.size() > 18 || !stix::is_ipv4(token, true)) return std::nullopt;
  const auto address = token.substr(0, token.find('/'));
  for (const auto part : text::split(address, '.')) {
    if (part.size() > 1 && part.front() == '0') return std::nullopt;
  }
  return std::string{token};
}

std::optional<std::string> ipv6_of(std::string_view token) {
  const auto slash = token.find('/');
  const std::string address{token.substr(0, slash)};
  if (address.size() > 45 || std::ranges::count(address, ':') < 2) return std::nullopt;
  in6_addr parsed{};
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> written{};
  if (inet_ntop(AF_INET6, &parsed, written.data(), written.size()) == nullptr) return std::nullopt;
  std::string out{written.data()};
  if (slash == token.npos) return out;
  const auto prefix = token.substr(slash + 1);
  int bits = 0;
  const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
  if (error != std::errc{} || end != prefix.data() + prefix.size() || bits < 0 || bits > 128) return std::nullopt;
  return out.append("/").append(prefix);
}

struct Endpoint {
  std::string_view host;
  std::uint16_t port = 0;
  bool in_brackets = false;
};

/// "198.51.100.7:443", "[2001:db8::7]:502". A number that can be no port is left out.
Endpoint endpoint_of(std::string_view token) noexcept {
  const auto colon = token.rfind(':');
  if (colon == token.npos) return {token};
  const auto digits = token.substr(colon + 1);
  if (!all_digits(digits) || digits.size() > kPortDigitsMax) return {token};
  unsigned number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const auto port = static_cast<std::uint16_t>(number <= kPortMax ? number : 0);
  const auto host = token.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) return {host.substr(1, host.size() - 2), port, true};
  return token.find(':') == colon ? Endpoint{host, port} : Endpoint{token};
}

/// Where the port ends whose colon stands here. npos: there is none, or something else: "10:30:00", "a.example:80-90".
std::size_t behind_port(std::string_view text, std::size_t colon, std::size_t end) noexcept {
  if (colon >= end || text[colon] != ':') return text.npos;
  auto behind = colon + 1;
  while (behind < end && behind - colon <= kPortDigitsMax && is_digit(text[behind])) ++behind;
  if (behind == colon + 1) return text.npos;
  const bool ends = behind == end || std::string_view{"()[]{}=/"}.find(text[behind]) != std::string_view::npos;
  return ends ? behind : text.npos;
}

std::optional<std::string> url_of(std::string_view token) {
  constexpr std::string_view kWebSchemes[] = {"http", "https", "ftp", "ftps", "sftp", "ws", "wss", "ldap", "ldaps"};
  const auto colon = token.find("://");
  if (colon == token.npos) return std::nullopt;
  const auto scheme = text::lower_ascii(token.substr(0, colon));
  if (std::ranges::find(kWebSchemes, scheme) == std::end(kWebSchemes)) return std::nullopt;
  auto url = scheme + std::string{token.substr(colon)};
  const auto host = host_of(url);
  if (host.empty() || !stix::is_url(url)) return std::nullopt;
  const bool named = is_domain(host) || ipv4_of(host) || ipv6_of(host) ||
                     // A machine of one's own network has a name without dots.
                     (host.find('.') == host.npos && is_label(host));
  return named ? std::optional{std::move(url)} : std::nullopt;
}

std::optional<std::string> email_of(std::string_view token) {
  const auto at = token.find('@');
  if (at == token.npos || at == 0 || at > 64 || token.find('@', at + 1) != token.npos) return std::nullopt;
  const auto local = token.substr(0, at);
  const bool good = std::ranges::all_of(local, [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view{"!#$%&'*+-/=?^_`{|}~."}.find(c) != std::string_view::npos;
  });
  if (!good || local.front() == '.' || local.back() == '.' || !is_domain(token.substr(at + 1))) return std::nullopt;
  return std::string{local} + "@" + text::lower_ascii(token.substr(at + 1));
}

std::optional<Kind> hash_of(std::string_view token) noexcept {
  if (!std::ranges::all_of(token, is_hex)) return std::nullopt;
  switch (token.size()) {
    case 32:
      return Kind::md5;
    case 40:
      return Kind::sha1;
    case 64:
      return Kind::sha256;
    default:
      return std::nullopt;
  }
}

std::string upper(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::optional<std::pair<Kind, std::string>> id_of(std::string_view token) {
  const auto starts = [&](std::string_view with) {
    return text::equals_ignore_case_ascii(token.substr(0, with.size()), with);
  };
  if (auto id = cve::cve_of(token); !id.empty()) return std::pair{Kind::cve, std::move(id)};
  if (starts("CWE-") && token.size() <= 9 && all_digits(token.substr(4))) return std::pair{Kind::cwe, upper(token)};
  const bool technique = (token.size() == 5 || (token.size() == 9 && token[5] == '.' && all_digits(token.substr(6)))) &&
                         (token[0] == 'T' || token[0] == 't') && all_digits(token.substr(1, 4));
  if (technique) return std::pair{Kind::technique, upper(token)};
  return std::nullopt;
}

std::optional<Found> classify(std::string_view token) {
  if (token.size() < 2 || token.size() > kTokenBytesMax) return std::nullopt;
  if (auto id = id_of(token)) return Found{.kind = id->first, .value = std::move(id->second)};
  if (const auto hash = hash_of(token)) return Found{.kind = *hash, .value = text::lower_ascii(token)};
  if (auto url = url_of(token)) return Found{.kind = Kind::url, .value = *std::move(url)};
  if (auto email = email_of(token)) return Found{.kind = Kind::email, .value = *std::move(email)};
  if (auto address = ipv6_of(token)) return Found{.kind = Kind::ipv6, .value = *std::move(address)};
  const auto [host, port, in_brackets] = endpoint_of(token);
  if (in_brackets) {
    auto address = ipv6_of(host);
    if (!address || port == 0) return std::nullopt;
    return Found{.kind = Kind::ipv6, .value = *std::move(address), .port = port};
  }
  if (auto address = ipv4_of(host)) return Found{.kind = Kind::ipv4, .value = *std::move(address), .port = port};
  if (host.ends_with('.') ? is_domain(host.substr(0, host.size() - 1)) : is_domain(host)) {
    auto name = text::lower_ascii(host);
    if (name.ends_with('.')) name.pop_back();
    return Found{.kind = Kind::domain, .value = std::move(name), .port = port};
  }
  return std::nullopt;
}

bool separates(char c) noexcept {
  return is_blank(c) || c == '"' || c == '<' || c == '>' || c == '|' || c == '\0' || c == '`' || c == ';' || c == ',';
}

/// What surrounds a thing in a sentence and is none of it.
std::pair<std::size_t, std::size_t> trimmed(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  const auto opens = [](char c) { return std::string_view{"([{'*_~="}.find(c) != std::string_view::npos; };
  while (begin < end && opens(text[begin])) ++begin;
  while (begin < end) {
    const char c = text[end - 1];
    const auto token = text.substr(begin, end - begin);
    const bool ends_sentence = std::string_view{".:!?'*_~\\"}.find(c) != std::string_view::npos;
    const bool closes = (c == ')' && token.find('(') == token.npos) || (c == ']' && token.find('[') == token.npos) ||
                        (c == '}' && token.find('{') == token.npos);
    if (!ends_sentence && !closes) break;
    --end;
  }
  return {begin, end};
}

/// False: it is none.
bool add(const Plain& plain, std::size_t begin, std::size_t end, std::vector<Found>& out) {
  auto found = classify(std::string_view{plain.text}.substr(begin, end - begin));
  // What would read as something else the next time was masked twice, by nobody who means it.
  if (!found || plain_of(found->value).text != found->value) return false;
  found->begin = plain.from[begin];
  found->end = plain.to[end - 1];
  found->defanged = plain.was_changed(begin, end);
  out.push_back(*std::move(found));
  return true;
}

/// "CVE-2024-1234/CVE-2024-1235", "(T0883)", "md5=...", "[pump](https://...)": parts of it may be something.
void add_parts(const Plain& plain, std::size_t begin, std::size_t end, std::vector<Found>& out) {
  const std::string_view text = plain.text;
  for (auto part = begin; part < end;) {
    auto stop = std::min(text.find_first_of("()[]{}", part), end);
    auto from = part;
    // A port belongs to its host: "[2001:db8::7]:502", "c2=198.51.100.7:443/tcp".
    if (part > 0 && text[part - 1] == '[' && stop < end && text[stop] == ']') {
      const auto behind = behind_port(text, stop + 1, end);
      if (behind != text.npos && add(plain, part - 1, behind, out)) {
        part = behind + 1;
        continue;
      }
    }
    if (const auto scheme = text.substr(part, stop - part).find("://"); scheme != text.npos) {
      from = part + scheme;
      while (from > part && is_letter(text[from - 1])) --from;
    } else {
      stop = std::min(text.find_first_of("=/:", part), stop);
      const auto behind = behind_port(text, stop, end);
      if (behind != text.npos && add(plain, trimmed(text, from, stop).first, behind, out)) {
        part = behind + 1;
        continue;
      }
    }
    const auto [first, behind_last] = trimmed(text, from, stop);
    if (first < behind_last && (first != begin || behind_last != end)) add(plain, first, behind_last, out);
    part = stop + 1;
  }
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  constexpr std::string_view kNames[] = {"ipv4", "ipv6",   "domain", "url", "email",     "md5",
                                         "sha1", "sha256", "cve",    "cwe", "technique", "url-path"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_observable(Kind kind) noexcept { return kind < Kind::cve || kind == Kind::url_path; }

std::string_view host_of(std::string_view url) noexcept {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return {};
  auto rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = rest.rfind('@'); at != rest.npos) rest.remove_prefix(at + 1);
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    return end == rest.npos ? std::string_view{} : rest.substr(1, end - 1);
  }
  return rest.substr(0, rest.find(':'));
}

std::string spelled(const Found& found) {
  if (found.port == 0) return found.value;
  const bool in_brackets = found.kind == Kind::ipv6;
  return fmt::format("{}{}{}:{}", in_brackets ? "[" : "", found.value, in_brackets ? "]" : "", found.port);
}

std::string refang(std::string_view text) { return plain_of(text.substr(0, kTextBytesMax)).text; }

std::vector<Found> extract(std::string_view given) {
  std::vector<Found> out;
  const auto plain = plain_of(given.substr(0, kTextBytesMax));
  const std::string_view text = plain.text;
  for (std::size_t at = 0; at < text.size() && out.size() < kFoundMax;) {
    if (separates(text[at])) {
      ++at;
      continue;
    }
    auto behind = at;
    while (behind < text.size() && !separates(text[behind])) ++behind;
    const auto [begin, end] = trimmed(text, at, behind);
    at = behind;
    if (begin >= end) continue;
    if (!add(plain, begin, end, out)) add_parts(plain, begin, end, out);
  }
  return out;
}

std::optional<Found> read_one(std::string_view line) {
  const auto given = line.substr(0, kTokenBytesMax);
  if (given.size() != line.size()) return std::nullopt;
  const auto plain = plain_of(given);
  const auto inner = text::trim(plain.text);
  if (inner.empty()) return std::nullopt;
  const auto begin = static_cast<std::size_t>(inner.data() - plain.text.data());
  std::vector<Found> found;
  if (std::ranges::none_of(inner, separates)) add(plain, begin, begin + inner.size(), found);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

}  // namespace tocsin::formats::threat_text
