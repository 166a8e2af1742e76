#include "base/text.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"

/// Errors as pages that help: what happened, whose turn it is, and where to go on.
namespace tocsin::portal {
namespace {

using html::Html;
using html::render;
using html::Url;

struct Words {
  std::string title;
  std::string text;
  Words(std::string_view what, std::string_view more) : title(what), text(more) {}
};

Words words_of(int status) {
  switch (status) {
    case 400:
      return {tr<"The request was not understood">(),
              tr<"Something in the address or the form is not as it should be:">()};
    case 401:
      return {tr<"Sign in first">(), tr<"This needs an account.">()};
    case 403:
      return {tr<"Not allowed">(), tr<"This needs a permission that you do not have.">()};
    case 404:
      return {tr<"There is no such page">(), tr<"The address may be mistyped, or what was here has moved.">()};
    case 405:
      return {tr<"That cannot be done here">(), tr<"This address does not take such a request.">()};
    case 408:
      return {tr<"The request took too long to arrive">(), tr<"Please try again.">()};
    case 413:
      return {tr<"That is too large">(), tr<"The request is larger than this address takes.">()};
    case 414:
      return {tr<"The address is too long">(), tr<"A search that long has too many words or filters.">()};
    case 503:
      return {tr<"Busy right now">(),
              tr<"More is being asked than can be answered at the moment. Try again in a few seconds.">()};
    case 504:
      return {tr<"It took too long">(), tr<"The question was not answered in time. A narrower search is faster.">()};
    default:
      if (status >= 500)
        return {tr<"Something went wrong on our side">(), tr<"It has been written down. Trying again may help.">()};
      return {tr<"That did not work">(), {}};
  }
}

/// "ICSA-22-130-01" of "/advisories/ICSA-22-130-01/revisions": what the reader was after.
std::string_view wanted_of(std::string_view path) {
  for (const std::string_view prefix : {"/advisories/", "/vulnerabilities/", "/vendors/", "/api/v1/advisories/"}) {
    if (!path.starts_with(prefix)) continue;
    const auto rest = path.substr(prefix.size());
    return rest.substr(0, rest.find('/'));
  }
  return {};
}

/// An id without its last part, to find its neighbours: "ICSA-22-130-*".
std::string neighbours_of(std::string_view id) {
  const auto dash = id.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return {};
  return std::string{id.substr(0, dash + 1)} + "*";
}

/// Words of an address as a search: "wago-pfc" -> "wago pfc"; what the search language would take as its own is left
/// out.
std::string search_words(std::string_view text) {
  std::string words;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       static_cast<unsigned char>(c) >= 0x80;
    if (plain || c == '-' || c == '.') {
      words += c;
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  return text::shorten(text::trim(words), 100);
}

/// The address without its query, where it is one of ours beyond doubt.
std::string bare_path(std::string_view path) {
  const bool plain =
      path.starts_with('/') && !path.starts_with("//") && std::all_of(path.begin(), path.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '-' ||
               c == '_' || c == '.';
      });
  return plain ? std::string{path} : std::string{"/"};
}

void append_help_404(std::string& out, const http::Request& request) {
  const auto wanted = wanted_of(request.path);
  const auto words = search_words(wanted.empty() ? std::string_view{request.path} : wanted);
  render<
      R"(<form class="search-row" role="search" action="/advisories"><label class="hidden" for="q">[[Search advisories]]</label>
<input id="q" class="search-input" type="search" name="q" value="{}" maxlength="1000" autocomplete="off" spellcheck="false" data-suggest>
<button class="button" type="submit">[[#verb#Search]]</button></form>
<ul>
)">(out, words);
  if (!wanted.empty()) {
    if (const auto neighbours = neighbours_of(search_words(wanted)); !neighbours.empty()) {
      render<"<li>[[<a href=\"{}\">Advisories and vulnerabilities with similar ids</a> ({})]]</li>\n">(
          out, Url::own(pages::search_url(neighbours)), neighbours);
    }
    if (request.path.starts_with("/vendors/")) {
      render<"<li><a href=\"{}\">[[Vendors with such a name]]</a></li>\n">(
          out, Url::own(http::with_query("/vendors", {{"q", words}})));
    }
  }
  render<
      "<li>[[<a href=\"/advisories\">All advisories</a>, <a href=\"/vulnerabilities\">all vulnerabilities</a>, <a "
      "href=\"/vendors\">all vendors</a>]]</li>\n</ul>\n">(out);
}

}  // namespace

http::Response error_page(App& app, const http::Request& request, const Error& error, int status) {
  auto words = words_of(status);
  const auto wanted = wanted_of(request.path);
  if (status == 404 && !wanted.empty()) {
    words.title = tr<"{} is not here">(text::shorten(wanted, 80));
    words.text = tr<"It may be mistyped, or not (or no longer) published here.">();
  }
  std::string out;
  render<"<article class=\"prose error\"><p class=\"note\">[[Error {}]]</p>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>\n">(
      out, status, words.title, words.text);
  if (status == 404) {
    append_help_404(out, request);
  } else if (status < 500 && !error.message.empty() && (status != 405 || current_language() == Language::en)) {
    // What an address takes instead of a method is told in English alone: it is for programs.
    render<"<p class=\"callout callout-error\">{}</p>\n">(out, tr_text(error.message));
  }
  if (status == 400) {
    render<"<p>[[<a href=\"{}\">The page without conditions</a> or <a href=\"/help/search\">how to search</a>]]</p>\n">(
        out, Url::own(bare_path(request.path)));
  }
  if (status >= 500 && !request.request_id.empty()) {
    render<"<p>[[If it stays, tell the operators this number: {}.]]</p>\n">(
        out, html::fragment<"<code data-copy=\"{}\" data-copy-label=\"[[#copy what#the number]]\">{}</code>">(
                 request.request_id, request.request_id));
  }
  render<"<p><a href=\"/\">[[Home]]</a></p></article>\n">(out);
  pages::Page page;
  page.title = words.title;
  page.noindex = true;
  page.hide_header_search = status == 404;
  page.main = Html::from_trusted(std::move(out));
  return pages::render_page(app, request, page, status);
}

}  // namespace tocsin::portal
