#include "formats/threat_list/list.hpp"

#include <algorithm>
#include <cctype>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/threat_list/columns.hpp"

namespace tocsin::formats::threat_list {
namespace {

using threat_text::Doubt;
using threat_text::Found;
using threat_text::Kind;

/// Of a list that is looked at to tell what it is.
constexpr std::size_t kSampleBytes = std::size_t{64} << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// So much of a value is told of one that cannot be read.
constexpr std::size_t kToldMax = 80;
/// Bytes of a path: "/a" says nothing.
constexpr std::size_t kPathMin = 3, kPathMax = 2'000;

std::string_view without_mark(std::string_view bytes) noexcept {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  return bytes;
}

bool is_comment(std::string_view line) noexcept {
  return line.starts_with('#') || line.starts_with(';') || line.starts_with("//");
}

/// Reads one line after the other, with its number.
class Lines {
 public:
  explicit Lines(std::string_view bytes) : bytes_(bytes) {}
  bool more() const noexcept { return at_ < bytes_.size(); }
  std::size_t number() const noexcept { return number_; }
  std::string_view peek() const noexcept { return text::trim(bytes_.substr(at_, bytes_.find('\n', at_) - at_)); }
  std::string_view next() {
    const auto end = std::min(bytes_.find('\n', at_), bytes_.size());
    const auto line = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    ++number_;
    return text::trim(line);
  }
  std::optional<std::vector<std::string>> next_row(char separator) {
    std::size_t lines = 1;
    auto row = read_row(bytes_, at_, separator, lines);
    number_ += lines;
    return row;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0, number_ = 0;
};

/// "pump.example/x.php", which is no name and no address: over http alone a path is seen on the wire.
std::optional<Found> read_without_scheme(std::string_view value) {
  const auto slash = value.find('/');
  if (slash == value.npos || slash == 0) return std::nullopt;
  const auto host = threat_text::read_one(value.substr(0, slash));
  if (!host || (host->kind != Kind::domain && host->kind != Kind::ipv4)) return std::nullopt;
  auto url = threat_text::read_one(fmt::format("http://{}", value));
  return url && url->kind == Kind::url ? std::move(url) : std::nullopt;
}

/// "/gate/x.php", as lists of what is asked for on any host have it. What everybody asks for is none.
std::optional<Found> read_path(std::string_view value) {
  if (value.size() < kPathMin || value.size() > kPathMax || value.front() != '/' || value[1] == '/')
    return std::nullopt;
  const bool is_path = std::ranges::all_of(value, [](char c) {
    // Characters of RFC 3986, and those that are sent as they are all the same.
    return c > ' ' && c < 0x7F && std::string_view{"\"<>\\^`{|}"}.find(c) == std::string_view::npos;
  });
  const bool says_something =
      std::ranges::any_of(value, [](char c) { return std::isalnum(static_cast<unsigned char>(c)); });
  if (!is_path || !says_something) return std::nullopt;
  return Found{.kind = Kind::url_path, .value = std::string{value}};
}

std::optional<Found> read_value(std::string_view value) {
  auto found = threat_text::read_one(value);
  if (!found) found = read_without_scheme(value);
  if (!found) found = read_path(value);
  if (!found || !threat_text::is_observable(found->kind)) return std::nullopt;
  if (text::invalid_utf8_at(found->value) != std::string_view::npos) return std::nullopt;
  return found;
}

/// "0.0.0.0 pump.example", as a hosts file has it: the name.
std::string_view name_of_hosts(std::string_view line) noexcept {
  const auto blank = line.find_first_of(" \t");
  if (blank == line.npos) return {};
  const auto address = line.substr(0, blank);
  if (address != "0.0.0.0" && address != "127.0.0.1" && address != "::1" && address != "::") return {};
  return text::trim(line.substr(blank));
}

struct PlainLine {
  std::optional<Found> found;
  std::string_view value, comment;
};

PlainLine read_plain(std::string_view line) {
  PlainLine out{.found = {}, .value = line, .comment = {}};
  for (auto at = line.find_first_of("#;", 1); at != line.npos; at = line.find_first_of("#;", at + 1)) {
    if (line[at - 1] != ' ' && line[at - 1] != '\t') continue;
    out.value = text::trim(line.substr(0, at));
    out.comment = text::trim(line.substr(at + 1));
    break;
  }
  if (const auto name = name_of_hosts(out.value); !name.empty()) out.value = name;
  out.found = read_value(out.value);
  return out;
}

/// A table of one column, and what it is called.
bool names_a_column(std::string_view line) noexcept {
  return !line.empty() && std::ranges::all_of(line, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ' ' || c == '"';
  });
}

class Reader {
 public:
  Reader(std::string_view bytes, const ListLimits& limits) : lines_(bytes), limits_(limits) {}

  Result<ThreatList> read() {
    std::optional<Header> said;
    while (lines_.more()) {
      const auto line = lines_.peek();
      if (!line.empty() && !is_comment(line)) break;
      // Some write the header as the last of the comments: `# "first_seen_utc","dst_ip"`.
      if (line.starts_with('#')) {
        if (auto header = read_header(text::trim(line.substr(1))); header && has_several(*header)) said = header;
      }
      lines_.next();
    }
    if (auto header = lines_.more() ? read_header(lines_.peek()) : std::nullopt) {
      lines_.next();
      TRY_VOID(table(*header));
    } else if (said) {
      TRY_VOID(table(*said));
    } else {
      TRY_VOID(plain());
    }
    TRY_VOID(check());
    return std::move(list_);
  }

 private:
  static bool has_several(const Header& header) {
    return std::ranges::count_if(header.at, [](std::size_t at) { return at != std::string_view::npos; }) > 1;
  }

  Status check() const {
    if (lines_.number() > limits_.lines_max) return Error::too_large("A list, in lines", limits_.lines_max);
    if (list_.entries.size() > limits_.entries_max) return Error::too_large("A list, in values", limits_.entries_max);
    return ok();
  }

  void refuse(std::size_t line, std::string text) {
    ++list_.refused_count;
    if (list_.refused.size() < kListRemarksMax) list_.refused.push_back({line, std::move(text)});
  }
  void remark(std::size_t line, std::string text) {
    ++list_.remark_count;
    if (list_.remarks.size() < kListRemarksMax) list_.remarks.push_back({line, std::move(text)});
  }
  void refuse_value(std::size_t line, std::string_view value) {
    refuse(line, fmt::format("'{}' is no address, name, URL, mail address or hash", clean(value, kToldMax)));
  }

  void add(ListEntry entry) {
    if (!seen_.insert(fmt::format("{} {}", static_cast<int>(entry.found.kind), threat_text::spelled(entry.found)))
             .second) {
      ++list_.repeated;
      return;
    }
    if (const auto doubt = threat_text::doubt_here(entry.found)) {
      remark(entry.line, fmt::format("'{}' is doubtful: {}", clean(threat_text::spelled(entry.found), kToldMax),
                                     doubt_sentence(*doubt)));
    }
    list_.entries.push_back(std::move(entry));
  }

  Status plain() {
    while (lines_.more()) {
      const auto line = lines_.next();
      TRY_VOID(check());
      if (line.empty() || is_comment(line)) continue;
      if (line.size() > kListLineMax) {
        refuse(lines_.number(), fmt::format("The line has more than {} bytes", kListLineMax));
        continue;
      }
      auto read = read_plain(line);
      if (!read.found) {
        refuse_value(lines_.number(), read.value);
        continue;
      }
      tell_port(lines_.number(), read.value, *read.found);
      add({.found = *std::move(read.found), .line = lines_.number(), .description = clean(read.comment, kListTextMax)});
    }
    return ok();
  }

  Status table(const Header& header) {
    while (lines_.more()) {
      const auto first = lines_.peek();
      if (first.empty() || is_comment(first)) {
        lines_.next();
        TRY_VOID(check());
        continue;
      }
      const auto line = lines_.number() + 1;
      const auto cells = lines_.next_row(header.separator);
      TRY_VOID(check());
      if (!cells) {
        refuse(line, fmt::format("The row has a quote that is not closed, more than {} cells or more than {} bytes",
                                 kListColumnsMax, kListLineMax));
        continue;
      }
      row(header, line, *cells);
    }
    return ok();
  }

  void row(const Header& header, std::size_t line, const std::vector<std::string>& cells) {
    const auto cell = [&](Column column) {
      const auto at = header.of(column);
      return at < cells.size() ? std::string_view{cells[at]} : std::string_view{};
    };
    const auto value = cell(Column::value);
    if (value.empty()) return refuse(line, "The row has no value");
    const auto type = read_type(cell(Column::type));
    if (type.match == TypeMatch::unknown) {
      return refuse(
          line, fmt::format("Values of the type '{}' are not taken from lists", clean(cell(Column::type), kToldMax)));
    }
    auto found = read_value(value);
    if (!found) return refuse_value(line, value);
    const bool is_path = type.match == TypeMatch::url && found->kind == Kind::url_path;
    if (type.match == TypeMatch::url && found->kind != Kind::url && !is_path) {
      found = threat_text::read_one(fmt::format("http://{}", value));
    }
    const bool fits =
        found && (type.match == TypeMatch::any || is_path ||
                  (type.match == TypeMatch::url ? found->kind == Kind::url
                                                : std::ranges::find(type.kinds, found->kind) != type.kinds.end()));
    if (!fits) {
      return refuse(line, fmt::format("'{}' is not of the type '{}'", clean(value, kToldMax),
                                      clean(cell(Column::type), kToldMax)));
    }
    ListEntry entry{.found = *std::move(found), .line = line};
    if (const auto tlp = cell(Column::tlp); !tlp.empty()) {
      entry.tlp = read_tlp(tlp);
      // Whom it was meant for is not guessed.
      if (entry.tlp.empty()) return refuse(line, fmt::format("'{}' is no TLP label", clean(tlp, kToldMax)));
    }
    entry.description = clean(cell(Column::description), kListTextMax);
    take_port(line, cell(Column::port), entry.found);
    tell_port(line, value, entry.found);
    entry.labels = read_labels(cell(Column::labels));
    if (const auto text = cell(Column::confidence); !text.empty()) {
      entry.confidence = read_confidence(text);
      if (!entry.confidence) passed_over(line, text, "confidence from 0 to 100");
    }
    entry.first_seen = moment(line, cell(Column::first_seen));
    entry.last_seen = moment(line, cell(Column::last_seen));
    entry.valid_until = moment(line, cell(Column::valid_until));
    if (entry.first_seen && entry.valid_until && *entry.valid_until <= *entry.first_seen) {
      return refuse(line, "Ends to be valid before it was first seen");
    }
    add(std::move(entry));
  }

  /// What is made of "198.51.100.7:99999" looks for the whole address, which is more than was listed.
  void tell_port(std::size_t line, std::string_view value, const Found& found) {
    if (found.port != 0 || (found.kind != Kind::ipv4 && found.kind != Kind::domain)) return;
    const auto colon = value.rfind(':');
    if (colon == value.npos) return;
    const auto port = value.substr(colon + 1);
    if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; })) {
      return;
    }
    no_port(line, value, found);
  }
  void no_port(std::size_t line, std::string_view value, const Found& found) {
    remark(line,
           fmt::format("'{}': a port is a number from 1 to 65535; it is left out, the indicator is of the whole {}",
                       clean(value, kToldMax), found.kind == Kind::domain ? "name" : "address"));
  }

  /// Of a column of its own, where there is something that has ports.
  void take_port(std::size_t line, std::string_view text, Found& found) {
    const bool has_ports = found.kind == Kind::ipv4 || found.kind == Kind::ipv6 || found.kind == Kind::domain;
    if (text.empty() || !has_ports) return;
    const auto port = read_port(text);
    if (!port) return no_port(line, text, found);
    if (found.value.find('/') != found.value.npos) {
      return remark(line, fmt::format("'{}': the port is left out, the indicator is of the whole network",
                                      clean(found.value, kToldMax)));
    }
    if (found.port != 0 && found.port != *port) {
      return remark(line, fmt::format("'{}' has a port already: that of the column, {}, was passed over",
                                      clean(threat_text::spelled(found), kToldMax), *port));
    }
    found.port = *port;
  }

  void passed_over(std::size_t line, std::string_view text, std::string_view wanted) {
    remark(line, fmt::format("'{}' is no {}, and was passed over", clean(text, kToldMax), wanted));
  }

  std::optional<Timestamp> moment(std::size_t line, std::string_view text) {
    if (text.empty()) return std::nullopt;
    auto time = read_time(text);
    if (!time) passed_over(line, text, "date");
    return time;
  }

  Lines lines_;
  const ListLimits limits_;
  ThreatList list_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

std::string_view doubt_sentence(Doubt doubt) noexcept {
  switch (doubt) {
    case Doubt::own_network:
      return "everybody has this in their own network";
    case Doubt::reserved:
      return "reserved, nobody is reached there";
    case Doubt::wide_network:
      return "so many addresses hit everybody";
    case Doubt::resolver:
      return "a public name server that very many ask";
    case Doubt::common_service:
      return "very many visit this every day";
    case Doubt::known_good:
      return "in a list of what is known to be good here";
    case Doubt::empty_file:
      break;
  }
  return "the hash of an empty file";
}

bool looks_like_list(std::string_view given) {
  const auto bytes = without_mark(given).substr(0, kSampleBytes);
  const auto start = bytes.find_first_not_of(" \t\r\n");
  if (start == bytes.npos || bytes[start] == '{' || bytes[start] == '<' || bytes.find('\0') != bytes.npos) return false;
  // A line that is cut is none to judge by.
  auto sample = bytes;
  if (given.size() > bytes.size()) sample = bytes.substr(0, bytes.rfind('\n') + 1);
  {
    // Only a line of its own may be a column's name; of a header, others speak.
    Lines lines{sample};
    while (lines.more() && (lines.peek().empty() || is_comment(lines.peek()))) lines.next();
    if (lines.more() && names_a_column(lines.peek()) && !read_header(lines.peek())) return false;
  }
  const auto list = Reader{sample, {}}.read();
  if (!list) return false;
  const auto good = list->entries.size() + list->repeated;
  return good > 0 && good >= list->refused_count;
}

Result<ThreatList> read_list(std::string_view bytes, const ListLimits& limits) {
  if (bytes.size() > limits.bytes_max) return Error::too_large("A list", limits.bytes_max);
  return Reader{without_mark(bytes), limits}.read();
}

}  // namespace tocsin::formats::threat_list
