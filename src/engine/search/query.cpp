#include "engine/search/query.hpp"

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/search/query_values.hpp"
#include "engine/search/tokens.hpp"

namespace tocsin::engine::search {
namespace {

struct FieldName {
  Field field;
  std::string_view name;
};
constexpr FieldName kFields[] = {
    {Field::id, "id"},
    {Field::title, "title"},
    {Field::vendor, "vendor"},
    {Field::product, "product"},
    {Field::version, "version"},
    {Field::cve, "cve"},
    {Field::cwe, "cwe"},
    {Field::sector, "sector"},
    {Field::severity, "severity"},
    {Field::cvss, "cvss"},
    {Field::published, "published"},
    {Field::updated, "updated"},
    {Field::tlp, "tlp"},
    {Field::publisher, "publisher"},
    {Field::status, "status"},
    {Field::country, "country"},
    {Field::has, "has"},
    {Field::read, "read"},
    {Field::category, "category"},
    {Field::csaf, "csaf"},
    {Field::role, "role"},
    {Field::name_space, "namespace"},
    {Field::edition, "edition"},
    {Field::revision, "revision"},
    {Field::revised, "revised"},
    {Field::summary, "summary"},
    {Field::aggregate, "aggregate"},
    {Field::kev, "kev"},
    {Field::epss, "epss"},
};

std::optional<Field> field_of(std::string_view name) {
  for (const auto& each : kFields) {
    if (text::equals_ignore_case_ascii(each.name, name)) return each.field;
  }
  return std::nullopt;
}

/// The known name that was probably meant.
std::string_view near_field(std::string_view name) {
  const auto typed = text::lower_ascii(name);
  std::string_view best;
  int least = typed.size() >= 5 ? 3 : 2;
  for (const auto& each : kFields) {
    const int distance = text::edit_distance(typed, each.name, least - 1);
    // A plural, or the beginning of the word, is nearer than any misprint.
    const bool part = typed.size() >= 3 && (each.name.starts_with(typed) || typed.starts_with(each.name));
    if (part) return each.name;
    if (distance < least) {
      least = distance;
      best = each.name;
    }
  }
  return best;
}

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

struct Operator {
  std::string_view text;
  Comparison comparison;
};
constexpr Operator kOperators[] = {
    {">=", Comparison::greater_equal}, {"<=", Comparison::less_equal}, {">", Comparison::greater},
    {"<", Comparison::less},           {"=", Comparison::equal},       {":", Comparison::equal},
};

struct Value {
  std::string text;
  bool starred = false;  ///< Followed by *: everything that begins so.
  std::size_t at = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Query> parse() {
    Query query;
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (at_ == text_.size()) return query;
      TRY(auto term, read_term());
      if (!term) continue;
      if (query.terms.size() == kTermsMax) {
        auto error = Error::too_large("search", kQueryBytesMax, column_text(text_, term->column));
        error.message = fmt::format("A search takes at most {} words and filters", kTermsMax);
        return error;
      }
      query.terms.push_back(std::move(*term));
    }
  }

 private:
  Result<std::optional<Term>> read_term() {
    Term term;
    term.column = at_;
    if (text_[at_] == '-') {
      while (at_ < text_.size() && text_[at_] == '-') ++at_;
      term.negated = true;
      if (at_ == text_.size() || is_blank(text_[at_])) return std::optional<Term>{};
    }
    TRY(const auto is_filter, read_field(term));
    if (is_filter == Kind::filter) return filter(std::move(term));
    return words(std::move(term));
  }

  enum class Kind { words, filter };

  /// Reads "vendor:" or "cvss>=" where it stands here.
  Result<Kind> read_field(Term& term) {
    auto end = at_;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    const auto name = text_.substr(at_, end - at_);
    const auto rest = text_.substr(end);
    const auto* op =
        std::ranges::find_if(kOperators, [&](const Operator& each) { return rest.starts_with(each.text); });
    if (name.empty() || op == std::end(kOperators)) return Kind::words;
    if (const auto field = field_of(name)) {
      term.field = *field;
      term.comparison = op->comparison;
      at_ = end + op->text.size();
      return Kind::filter;
    }
    // "C:\temp", "http://host" and "note: text" are words; "vendr:siemens" is a misprint worth telling.
    const auto value = rest.substr(op->text.size());
    if (name.size() < 2 || value.empty() || is_blank(value[0]) || value[0] == '/' || value[0] == '\\' ||
        value[0] == ':')
      return Kind::words;
    const auto meant = near_field(name);
    if (meant.empty() && op->text != ":") return Kind::words;
    const auto whole = text_.substr(at_, std::min(text_.find_first_of(" \t\n\r\"", at_), text_.size()) - at_);
    return Error::invalid(
        tr<"unknown filter '{}': {} To look for the words, put them in quotes: \"{}\"">(
            name, meant.empty() ? std::string{tr<"see the list of filters.">()} : tr<"did you mean {}?">(meant), whole),
        column_text(text_, at_));
  }

  /// Text in quotes, which open at at_; a closing one that is missing stands at the end. `\"` is a quote.
  std::string quoted() {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return value;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) ++at_;
      value += text_[at_];
    }
    return value;
  }

  Result<std::optional<Term>> words(Term term) {
    std::string value;
    if (text_[at_] == '"') {
      term.phrase = true;
      value = quoted();
    } else {
      while (at_ < text_.size() && !is_blank(text_[at_])) value += text_[at_++];
      while (value.ends_with('*')) {
        value.pop_back();
        term.prefix = true;
      }
    }
    // Nothing to look for: "&", "...", "".
    const auto found = tokens(value);
    if (found.empty()) return std::optional<Term>{};
    if (term.prefix && found.back().size() < kPrefixBytesMin) {
      return Error::invalid(tr<"'{}*' is too short: write at least {} characters before the *">(value, kPrefixBytesMin),
                            column_text(text_, term.column));
    }
    term.values.push_back(std::move(value));
    return std::optional{std::move(term)};
  }

  std::vector<Value> read_values() {
    std::vector<Value> values;
    for (;;) {
      Value value;
      value.at = at_;
      if (at_ < text_.size() && text_[at_] == '"') {
        value.text = quoted();
        for (; at_ < text_.size() && text_[at_] == '*'; ++at_) value.starred = true;
      } else {
        while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != ',') value.text += text_[at_++];
        for (; value.text.ends_with('*'); value.text.pop_back()) value.starred = true;
      }
      // "energy,,water" and a comma at the end mean nothing more.
      if (!value.text.empty() || value.starred) values.push_back(std::move(value));
      if (at_ == text_.size() || is_blank(text_[at_])) return values;
      if (text_[at_] == ',') ++at_;
    }
  }

  Result<std::optional<Term>> filter(Term term) {
    const auto name = to_string(term.field);
    const auto after_operator = at_;
    const auto values = read_values();
    if (values.empty()) {
      return Error::invalid(tr<"{} needs a value, as in {}">(name, example_of(term.field)),
                            column_text(text_, after_operator));
    }
    if (values.size() > kValuesMax) {
      return Error::invalid(tr<"{} takes at most {} values">(name, kValuesMax), column_text(text_, term.column));
    }
    std::size_t stars = 0;
    for (const auto& each : values) {
      if (each.starred) ++stars;
      if (auto read = add_value(term, each.text); !read) {
        auto error = std::move(read).error();
        error.where = column_text(text_, each.at);
        return error;
      }
    }
    if (stars > 0) {
      if (!takes_prefix(term.field)) {
        return Error::invalid(tr<"{} takes no *">(name), column_text(text_, term.column));
      }
      if (stars != values.size()) {
        return Error::invalid(tr<"{}: either every value ends in * or none">(name), column_text(text_, term.column));
      }
      term.prefix = true;
    }
    if (auto finished = finish_values(term); !finished) {
      auto error = std::move(finished).error();
      error.where = column_text(text_, values.front().at);
      return error;
    }
    term.phrase = std::ranges::any_of(term.values, needs_quotes);
    return std::optional{std::move(term)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void write_value(std::string& out, std::string_view value, bool quotes) {
  if (!quotes) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

std::string_view symbol_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal:
      return ":";
    case Comparison::less:
      return "<";
    case Comparison::less_equal:
      return "<=";
    case Comparison::greater:
      return ">";
    case Comparison::greater_equal:
      return ">=";
  }
  return ":";
}

/// A term of one value, read as a user would have typed it; nullopt where the field does not take the value.
std::optional<Term> term_of(Field field, std::string_view value) {
  std::string typed;
  if (field != Field::text) typed.append(to_string(field)).append(":");
  write_value(typed, value, true);
  auto parsed = parse_query(typed);
  if (!parsed || parsed->terms.size() != 1) return std::nullopt;
  return std::move(parsed->terms.front());
}

/// Reads the term again from its values.
std::optional<Term> rebuilt(const Term& term) {
  auto parsed = parse_query(to_text(term));
  if (!parsed || parsed->terms.size() != 1) return std::nullopt;
  return std::move(parsed->terms.front());
}

bool joins(const Term& term, Field field) {
  return term.field == field && !term.negated && !term.prefix && term.comparison == Comparison::equal;
}

}  // namespace

std::string_view to_string(Field field) noexcept {
  for (const auto& each : kFields) {
    if (each.field == field) return each.name;
  }
  return "text";
}

Result<Query> parse_query(std::string_view text) {
  if (text.size() > kQueryBytesMax) return Error::too_large("search", kQueryBytesMax);
  if (const auto bad = text::invalid_utf8_at(text); bad != std::string_view::npos) {
    return Error::invalid(std::string{tr<"a search is text in UTF-8">()}, column_text(text, bad));
  }
  if (const auto bad = text.find('\0'); bad != std::string_view::npos) {
    return Error::invalid(std::string{tr<"a search holds no NUL byte">()}, column_text(text, bad));
  }
  return Parser(text).parse();
}

std::string to_text(const Term& term) {
  std::string out;
  if (term.negated) out += '-';
  if (term.field == Field::text) {
    for (const auto& value : term.values) write_value(out, value, term.phrase);
    if (term.prefix) out += '*';
    return out;
  }
  out += to_string(term.field);
  out += symbol_of(term.comparison);
  for (std::size_t i = 0; i < term.values.size(); ++i) {
    if (i > 0) out += ',';
    write_value(out, term.values[i], needs_quotes(term.values[i]));
    if (term.prefix) out += '*';
  }
  return out;
}

std::string to_text(const Query& query) {
  std::string out;
  for (const auto& term : query.terms) {
    if (!out.empty()) out += ' ';
    out += to_text(term);
  }
  return out;
}

bool is_personal(const Query& query) noexcept {
  return std::ranges::any_of(query.terms, [](const Term& term) {
    return term.field == Field::read || term.field == Field::kev || term.field == Field::epss;
  });
}

Query with(const Query& query, Field field, std::string_view value, bool any) {
  const auto added = term_of(field, value);
  if (!added) return query;
  auto changed = query;
  const auto same = std::ranges::find_if(changed.terms, [&](const Term& each) { return joins(each, field); });
  if (field == Field::text || same == changed.terms.end()) {
    if (changed.terms.size() < kTermsMax && std::ranges::find(changed.terms, *added) == changed.terms.end()) {
      changed.terms.push_back(*added);
    }
    return changed;
  }
  if (!any) {
    *same = *added;
    return changed;
  }
  if (std::ranges::find(same->values, added->values.front()) != same->values.end()) return changed;
  auto joined = *same;
  joined.values.push_back(added->values.front());
  // A score has one value or range: there is nothing to join.
  *same = rebuilt(joined).value_or(*added);
  return changed;
}

Query without(const Query& query, Field field, std::string_view value) {
  const auto wanted = term_of(field, value);
  if (!wanted) return query;
  Query changed;
  for (const auto& term : query.terms) {
    if (!joins(term, field) || std::ranges::find(term.values, wanted->values.front()) == term.values.end()) {
      changed.terms.push_back(term);
      continue;
    }
    auto rest = term;
    std::erase(rest.values, wanted->values.front());
    if (rest.values.empty()) continue;
    if (auto read = rebuilt(rest)) changed.terms.push_back(std::move(*read));
  }
  return changed;
}

}  // namespace tocsin::engine::search
