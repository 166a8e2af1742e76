#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/threat_text/doubts.hpp"
#include "formats/threat_text/extract.hpp"

/// Files that people get about threats - texts, Markdown, HTML, mails - as text, and what stands in them. Pure, total,
/// bounded. A PDF becomes text elsewhere (exchange/pdf_text.hpp), and then what is found in it is said here, too.
namespace tocsin::formats::document {

enum class Format : std::uint8_t { text, markdown, html, mail, pdf };
/// "text", "markdown", "html", "mail", "pdf": stable.
std::string_view to_string(Format format) noexcept;
std::optional<Format> parse_format(std::string_view text) noexcept;

inline constexpr std::size_t kDocumentBytesMax = std::size_t{16} << 20;
/// Of what is found, each counted once.
inline constexpr std::size_t kHitsMax = 2'000;

/// Where something stands.
enum class Place : std::uint8_t {
  text,
  html,       ///< The visible text of HTML.
  link,       ///< Where HTML leads to, whatever it shows.
  header,     ///< Of a mail: `name` says which.
  attachment  ///< A file that hangs on a mail: `name` is what it calls itself.
};
/// "text", "html", "link", "header", "attachment": stable.
std::string_view to_string(Place place) noexcept;

struct Piece {
  Place place = Place::text;
  std::string name;
  std::string text;      ///< UTF-8.
  std::size_t page = 0;  ///< From 1; 0 where there are none.
};
struct Attachment {
  std::string name, media_type, sha256;
  std::size_t bytes = 0;
};

struct Document {
  Format format = Format::text;
  std::string title;  ///< Subject of a mail, title of a page, first heading or line; may be empty.
  std::vector<Piece> pieces;
  std::vector<Attachment> attachments;
  bool cut = false;  ///< There was more than is read.

  /// What a person reads of it: the mail's text, else what its HTML shows.
  std::string reading() const;
};

/// What bytes are, by themselves and, where those leave it open, by the file's name. Errors: invalid_input for what is
/// none of these.
Result<Format> recognise(std::string_view bytes, std::string_view file_name);
/// Errors: too_large; invalid_input, for a PDF as well.
Result<Document> read(std::string_view bytes, Format format);
/// Of texts, one a page.
Document of_pages(const std::vector<std::string>& pages, std::string_view title);

/// Why something found is not proposed as an indicator. Beside what doubts.hpp knows of a value.
enum class Reserve : std::uint8_t {
  none,
  doubtful,    ///< `Hit::doubt` says why.
  header,      ///< Senders write into headers what they like, and those they pass through are mostly innocent.
  plain_link,  ///< Nobody made it harmless: mostly a link to read on.
  no_part      ///< A weakness: reports name vulnerabilities and techniques.
};
/// "", "doubtful", "header", "plain-link", "no-part": stable.
std::string_view to_string(Reserve reserve) noexcept;

struct Hit {
  threat_text::Found found;  ///< Its offsets are those of its first place.
  Place place = Place::text;
  std::string name;
  std::size_t page = 0, line = 0;  ///< From 1; 0 where there is none.
  std::size_t times = 1;
  std::optional<threat_text::Doubt> doubt;
  Reserve reserve = Reserve::none;
};
/// Each value once, of each port, where it was first found. What is found elsewhere with less reserve has that.
std::vector<Hit> hits_of(const Document& document);

}  // namespace tocsin::formats::document
