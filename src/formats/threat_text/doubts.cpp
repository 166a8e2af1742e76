#include "formats/threat_text/doubts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include <arpa/inet.h>

#include "base/text.hpp"
#include "formats/threat_text/known_good.hpp"

namespace tocsin::formats::threat_text {
namespace {

struct Block4 {
  std::uint32_t network;
  int bits;
  Doubt doubt;
};
constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24U | b << 16U | c << 8U | d;
}
// IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its successors), and multicast (RFC 5771).
constexpr Block4 kBlocks4[] = {
    {v4(0, 0, 0, 0), 8, Doubt::reserved},         {v4(10, 0, 0, 0), 8, Doubt::own_network},
    {v4(100, 64, 0, 0), 10, Doubt::own_network},  {v4(127, 0, 0, 0), 8, Doubt::own_network},
    {v4(169, 254, 0, 0), 16, Doubt::own_network}, {v4(172, 16, 0, 0), 12, Doubt::own_network},
    {v4(192, 0, 0, 0), 24, Doubt::reserved},      {v4(192, 0, 2, 0), 24, Doubt::reserved},
    {v4(192, 88, 99, 0), 24, Doubt::reserved},    {v4(192, 168, 0, 0), 16, Doubt::own_network},
    {v4(198, 18, 0, 0), 15, Doubt::own_network},  {v4(198, 51, 100, 0), 24, Doubt::reserved},
    {v4(203, 0, 113, 0), 24, Doubt::reserved},    {v4(224, 0, 0, 0), 4, Doubt::reserved},
    {v4(240, 0, 0, 0), 4, Doubt::reserved},
};
// Addresses from which networks deliver the sites of very many at once, as their operators publish them: Cloudflare,
// Fastly, GitHub's pages. Who blocks one blocks all of them.
constexpr Block4 kShared4[] = {
    {v4(103, 21, 244, 0), 22, Doubt::common_service}, {v4(103, 22, 200, 0), 22, Doubt::common_service},
    {v4(103, 31, 4, 0), 22, Doubt::common_service},   {v4(104, 16, 0, 0), 13, Doubt::common_service},
    {v4(104, 24, 0, 0), 14, Doubt::common_service},   {v4(108, 162, 192, 0), 18, Doubt::common_service},
    {v4(131, 0, 72, 0), 22, Doubt::common_service},   {v4(141, 101, 64, 0), 18, Doubt::common_service},
    {v4(162, 158, 0, 0), 15, Doubt::common_service},  {v4(172, 64, 0, 0), 13, Doubt::common_service},
    {v4(173, 245, 48, 0), 20, Doubt::common_service}, {v4(188, 114, 96, 0), 20, Doubt::common_service},
    {v4(190, 93, 240, 0), 20, Doubt::common_service}, {v4(197, 234, 240, 0), 22, Doubt::common_service},
    {v4(198, 41, 128, 0), 17, Doubt::common_service}, {v4(151, 101, 0, 0), 16, Doubt::common_service},
    {v4(199, 232, 0, 0), 16, Doubt::common_service},  {v4(185, 199, 108, 0), 22, Doubt::common_service}};
// Public name servers, as their operators publish them: Cloudflare, Google Public DNS, Quad9, OpenDNS, AdGuard,
// Level 3.
constexpr std::string_view kResolvers[] = {"1.1.1.1",
                                           "1.0.0.1",
                                           "1.1.1.2",
                                           "1.0.0.2",
                                           "8.8.8.8",
                                           "8.8.4.4",
                                           "9.9.9.9",
                                           "149.112.112.112",
                                           "208.67.222.222",
                                           "208.67.220.220",
                                           "94.140.14.14",
                                           "94.140.15.15",
                                           "4.2.2.1",
                                           "4.2.2.2",
                                           "2606:4700:4700::1111",
                                           "2606:4700:4700::1001",
                                           "2001:4860:4860::8888",
                                           "2001:4860:4860::8844",
                                           "2620:fe::fe",
                                           "2620:fe::9",
                                           "2620:119:35::35",
                                           "2620:119:53::53"};
// Our own choice of sites that everybody visits, and of the front doors of networks that deliver other people's sites;
// in the spirit of MISP's warning lists, but none of their text. A name beneath ("x.cloudfront.net") is somebody's own.
constexpr std::string_view kServices[] = {"akamai.com",
                                          "akamai.net",
                                          "akamaiedge.net",
                                          "akamaized.net",
                                          "amazon.com",
                                          "amazonaws.com",
                                          "apple.com",
                                          "azure.com",
                                          "azureedge.net",
                                          "azurewebsites.net",
                                          "baidu.com",
                                          "bing.com",
                                          "cloudflare.com",
                                          "cloudflare.net",
                                          "cloudfront.net",
                                          "debian.org",
                                          "digicert.com",
                                          "discord.com",
                                          "docs.google.com",
                                          "drive.google.com",
                                          "dropbox.com",
                                          "edgekey.net",
                                          "facebook.com",
                                          "fastly.net",
                                          "firefox.com",
                                          "github.com",
                                          "github.io",
                                          "githubusercontent.com",
                                          "gmail.com",
                                          "google.com",
                                          "googleapis.com",
                                          "googleusercontent.com",
                                          "gstatic.com",
                                          "icloud.com",
                                          "instagram.com",
                                          "letsencrypt.org",
                                          "linkedin.com",
                                          "live.com",
                                          "mail.google.com",
                                          "microsoft.com",
                                          "microsoftonline.com",
                                          "mozilla.org",
                                          "msftconnecttest.com",
                                          "netflix.com",
                                          "ntp.org",
                                          "office.com",
                                          "office365.com",
                                          "outlook.com",
                                          "pastebin.com",
                                          "paypal.com",
                                          "raw.githubusercontent.com",
                                          "rockwellautomation.com",
                                          "s3.amazonaws.com",
                                          "schneider-electric.com",
                                          "siemens.com",
                                          "sharepoint.com",
                                          "skype.com",
                                          "t.me",
                                          "telegram.org",
                                          "twitter.com",
                                          "ubuntu.com",
                                          "virustotal.com",
                                          "whatsapp.com",
                                          "wikipedia.org",
                                          "windows.com",
                                          "windowsupdate.com",
                                          "x.com",
                                          "yahoo.com",
                                          "youtube.com",
                                          "zoom.us"};
constexpr std::string_view kCommonPaths[] = {"/admin",      "/admin.php",    "/default.aspx", "/favicon.ico",
                                             "/home",       "/index.asp",    "/index.htm",    "/index.html",
                                             "/index.jsp",  "/index.php",    "/login",        "/login.php",
                                             "/robots.txt", "/wp-login.php", "/xmlrpc.php"};
// Of the empty input (RFC 1321, FIPS 180-4).
constexpr std::string_view kEmpty[] = {"d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};

int bits_of(std::string_view text, int whole) noexcept {
  const auto slash = text.find('/');
  if (slash == text.npos) return whole;
  int bits = whole;
  std::from_chars(text.data() + slash + 1, text.data() + text.size(), bits);
  return bits;
}

std::optional<Doubt> doubt_of_4(std::string_view text) {
  in_addr parsed{};
  const std::string address{text.substr(0, text.find('/'))};
  if (inet_pton(AF_INET, address.c_str(), &parsed) != 1) return std::nullopt;
  const std::uint32_t number = ntohl(parsed.s_addr);
  for (const auto& each : kBlocks4) {
    if ((number >> (32 - each.bits)) == (each.network >> (32 - each.bits))) return each.doubt;
  }
  constexpr int kWidest = 16;
  if (bits_of(text, 32) < kWidest) return Doubt::wide_network;
  if (std::ranges::find(kResolvers, address) != std::end(kResolvers)) return Doubt::resolver;
  for (const auto& each : kShared4) {
    if ((number >> (32 - each.bits)) == (each.network >> (32 - each.bits))) return each.doubt;
  }
  return std::nullopt;
}

std::optional<Doubt> doubt_of_6(std::string_view text) {
  in6_addr parsed{};
  const std::string address{text.substr(0, text.find('/'))};
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return std::nullopt;
  const auto& bytes = parsed.s6_addr;
  const auto begins = [&](std::initializer_list<std::uint8_t> with) {
    return std::equal(with.begin(), with.end(), std::begin(bytes));
  };
  // IANA IPv6 Special-Purpose Address Registry.
  if ((bytes[0] & 0xFEU) == 0xFC || (bytes[0] == 0xFE && (bytes[1] & 0xC0U) == 0x80)) return Doubt::own_network;
  if (begins({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})) return Doubt::own_network;
  if (bytes[0] == 0 || bytes[0] == 0xFF || begins({0x20, 0x01, 0x0D, 0xB8}) || begins({0x3F, 0xFF, 0x00}) ||
      begins({0x01, 0x00, 0, 0, 0, 0, 0, 0})) {
    return Doubt::reserved;
  }
  constexpr int kWidest = 32;
  if (bits_of(text, 128) < kWidest) return Doubt::wide_network;
  if (std::ranges::find(kResolvers, address) != std::end(kResolvers)) return Doubt::resolver;
  // Cloudflare and Fastly, as above.
  if (begins({0x24, 0x00, 0xCB, 0x00}) || begins({0x26, 0x06, 0x47, 0x00}) || begins({0x28, 0x03, 0xF8, 0x00}) ||
      begins({0x24, 0x05, 0xB5, 0x00}) || begins({0x24, 0x05, 0x81, 0x00}) || begins({0x2A, 0x04, 0x4E, 0x42})) {
    return Doubt::common_service;
  }
  return std::nullopt;
}

std::optional<Doubt> doubt_of_name(std::string_view name) {
  if (name.starts_with("www.")) name.remove_prefix(4);
  if (std::ranges::find(kServices, name) != std::end(kServices)) return Doubt::common_service;
  // RFC 2606, RFC 6761, RFC 6762, RFC 8375.
  const auto ends = [&](std::string_view last) { return name == last.substr(1) || name.ends_with(last); };
  if (ends(".example") || ends(".invalid") || ends(".test") || ends(".example.com") || ends(".example.net") ||
      ends(".example.org")) {
    return Doubt::reserved;
  }
  if (ends(".localhost") || ends(".local") || ends(".home.arpa") || ends(".internal") || ends(".lan")) {
    return Doubt::own_network;
  }
  return std::nullopt;
}

std::optional<Doubt> doubt_of_url(std::string_view url) {
  const auto host = host_of(url);
  if (const auto doubt = doubt_of_4(host)) return doubt;
  if (const auto doubt = doubt_of_6(host)) return doubt;
  if (host.find('.') == host.npos) return Doubt::own_network;
  const auto doubt = doubt_of_name(host);
  if (doubt != Doubt::common_service) return doubt;
  // What lies at such a site may well be bad; the site itself is not.
  const auto path = url.find('/', url.find("://") + 3);
  return path == url.npos || path + 1 == url.size() ? doubt : std::nullopt;
}

}  // namespace

std::string_view to_string(Doubt doubt) noexcept {
  constexpr std::string_view kNames[] = {"own-network",    "reserved",   "wide-network", "resolver",
                                         "common-service", "empty-file", "known-good"};
  return kNames[static_cast<std::size_t>(doubt)];
}

std::optional<Doubt> doubt_of(const Found& found) {
  switch (found.kind) {
    case Kind::ipv4:
      return doubt_of_4(found.value);
    case Kind::ipv6:
      return doubt_of_6(found.value);
    case Kind::domain:
      return doubt_of_name(found.value);
    case Kind::url:
      return doubt_of_url(found.value);
    case Kind::email: {
      const auto doubt = doubt_of_name(std::string_view{found.value}.substr(found.value.find('@') + 1));
      // Bad letters come from the big providers, too.
      return doubt == Doubt::common_service ? std::nullopt : doubt;
    }
    case Kind::md5:
    case Kind::sha1:
    case Kind::sha256:
      if (std::ranges::find(kEmpty, found.value) != std::end(kEmpty)) return Doubt::empty_file;
      return std::nullopt;
    case Kind::url_path:
      if (std::ranges::find(kCommonPaths, text::lower_ascii(found.value)) != std::end(kCommonPaths)) {
        return Doubt::common_service;
      }
      return std::nullopt;
    case Kind::cve:
    case Kind::cwe:
    case Kind::technique:
      break;
  }
  return std::nullopt;
}

std::optional<Doubt> doubt_here(const Found& found) {
  if (const auto doubt = doubt_of(found)) return doubt;
  return is_known_good(found) ? std::optional{Doubt::known_good} : std::nullopt;
}

}  // namespace tocsin::formats::threat_text
