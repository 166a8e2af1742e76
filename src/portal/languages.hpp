#pragma once
#include <string>
#include <vector>

#include "base/messages.hpp"

/// The catalogues of the program: languages/*.po, built in.
namespace tocsin::portal {

/// Takes them in, once, with the names of tables of lower rooms (sectors, roles, countries) noted before. What is
/// missing stays English. Before other threads run.
void load_languages();

/// What is wrong with the built-in catalogue of a language, for the test that demands nothing is.
const std::vector<messages::Problem>& language_problems(Language language);

}  // namespace tocsin::portal
